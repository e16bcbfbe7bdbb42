"""Pairs of submissions that are alike: copies are found however they are disguised, honest solutions are not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from honest import ROOT, disguised, folder, pair, versions

from grader.class_result import Likeness
from grader.classroom.similarity import COMMON_STUDENTS, LEAST_PRINTS, MOST_PAIRS, alike
from grader.classroom.similarity_prints import WINDOW, K, prints, runs
from grader.classroom.similarity_tokens import tokens
from grader.errors import UsageError

SKELETON = folder("student")
REFERENCE = folder("reference")


def _pairs(found) -> list[tuple[str, str]]:
    return [(likeness.first, likeness.second) for likeness in found]


def _own(seed: int, lines: int = 60) -> bytes:
    """Return statements that no other seed has, each with an operator chain of its own."""
    signs = ("+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<")
    rows = []
    for line in range(lines):
        number, chain = seed * 1000003 + line * 7919 + 1, []
        for _ in range(7):
            number = number * 6364136223846793005 % (1 << 61)
            chain.append(signs[(number >> 30) % len(signs)])
        rows.append("a = b " + " c ".join(chain) + " d")
    return "\n".join(rows).encode()


def test_a_copy_with_other_names_and_moved_functions_is_found():
    """Comments, names, line breaks, the order of functions and the files' names are disguise."""
    copy = {f"my_{name}": disguised(name, content, 3) for name, content in REFERENCE.items()}
    first, second = ({n: text for n, text in files.items() if n.endswith(".py")} for files in pair(0))
    found = alike({"ada": REFERENCE, "ben": first, "cem": copy, "dan": second}, SKELETON)
    assert _pairs(found) == [("ada", "cem")]
    assert found[0].share > 0.8
    assert found[0].lines > 1000
    assert (
        "kernels/flash_attention.metal:15-200 and my_kernels/flash_attention.metal:15-200" in found[0].places
    )


def test_one_copied_file_among_own_work_is_found_with_its_place():
    """The share is that of the smaller one; the place is where a person has to look."""
    sampler = REFERENCE["sampler.py"]
    both = {
        "ada": {"sampler.py": sampler, "a.py": _own(1, 300)},
        "ben": {"mine.py": disguised("s.py", sampler, 3)},
    }
    (likeness,) = alike(both, SKELETON)
    assert likeness.share > 0.8
    assert likeness.places[0].startswith("sampler.py:")
    assert " and mine.py:" in likeness.places[0]


def test_the_places_are_the_lines_that_both_have():
    """Thirty lines of one's own, thirty common ones, on other lines in the other file."""
    mine, yours, common = _own(1, 30), _own(2, 40), _own(3, 60)
    found = alike(
        {"ada": {"m.py": mine + b"\n" + common}, "ben": {"y.py": yours + b"\n" + common}}, {}, at_least=0.3
    )
    assert len(found) == 1
    first, _, second = found[0].places[0].partition(" and ")
    ranges = [tuple(map(int, part.partition(":")[2].split("-"))) for part in (first, second)]
    assert [abs(start - wanted) <= 2 for (start, _), wanted in zip(ranges, (31, 41), strict=True)] == [
        True
    ] * 2
    assert [end for _, end in ranges] == [90, 100]
    assert found[0].lines == 90 - ranges[0][0] + 1


def test_different_solutions_of_the_same_tasks_are_not_alike():
    """Every function by other means, and both kernels written apart."""
    first, second = pair(1)
    assert alike({"ada": first, "ben": second}, SKELETON, at_least=0.2) == ()


def test_the_skeleton_is_nobodys_own():
    """Neither as it was given nor renamed nor with a few lines added."""
    renamed = {n: disguised(n, t, 3) if n.endswith(".py") else t for n, t in SKELETON.items()}
    added = {**SKELETON, "basics.py": SKELETON["basics.py"] + b"\nx = 1 + 2\n"}
    assert alike({"ada": SKELETON, "ben": SKELETON, "cem": added}, SKELETON, at_least=0.01) == ()
    assert alike({"ada": SKELETON, "ben": renamed}, SKELETON, at_least=0.5) == ()


def test_what_a_quarter_of_the_class_has_is_nobodys_own():
    """One obvious solution is no likeness; a ring of ten among sixty is."""
    everybody, ring = _own(0), _own(99)
    with_common = {f"s{i:02d}": {"a.py": everybody, "b.py": _own(i + 1)} for i in range(60)}
    assert alike(with_common, {}, at_least=0.1) == ()
    for i in range(COMMON_STUDENTS):
        with_common[f"s{i:02d}"]["c.py"] = ring
    found = alike(with_common, {}, at_least=0.3)
    assert len(found) == COMMON_STUDENTS * (COMMON_STUDENTS - 1) // 2
    assert {i for one in _pairs(found) for i in one} == {f"s{i:02d}" for i in range(COMMON_STUDENTS)}


def test_too_little_text_is_not_compared():
    """A few lines that everybody would write so say nothing."""
    short = b"\n".join(_own(5, 10).splitlines())
    assert len(prints(tokens("a.py", short)).hashes) < LEAST_PRINTS
    assert alike({"ada": {"a.py": short}, "ben": {"a.py": short}}, {}) == ()


def test_a_class_of_copies_gets_the_pairs_that_a_person_can_read():
    """The number of pairs grows with the square of the class and is bounded."""
    groups = {f"s{i:02d}": {"a.py": _own(i % 16)} for i in range(160)}
    assert len(alike(groups, {})) == MOST_PAIRS


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("a.py", b"total = left + right(3)", b"s=l+r ( 77 )   # sum"),
        ("a.py", b'def f():\n    """Say it."""\n    return "x"', b"def g():\n  return f'{1}'"),
        ("a.py", b"x = [1,\n     2]", b"y = \\\n  [0x1F, 2.5e3]"),
        ("a.cpp", b"#include <a.h>\nint i = 0; // zero\n", b"int /* the\nindex */ j=42;"),
        ("a.metal", b"float s = metal::exp(x);", b"float t =\tother::exp(yy);"),
    ],
)
def test_names_literals_comments_and_layout_change_nothing(name, first, second):
    """The sequence of tokens is the same."""
    assert tokens(name, first).codes.tolist() == tokens(name, second).codes.tolist()


def test_what_a_program_does_stays():
    """Operators, keywords, built-in names and what is called through a dot tell programs apart."""
    programs = ("x + y", "x - y", "x if y", "len(x)", "max(x)", "x.max(y)", "x.min(y)", "x[y]", "x(y)")
    assert len({tuple(tokens("a.py", p.encode()).codes.tolist()) for p in programs}) == len(programs)


def test_a_long_enough_run_has_a_fingerprint_and_a_short_one_none():
    """The guarantee of winnowing, for every place of the run in the text."""
    run = b" ".join(_own(7, 4).split()[: K + WINDOW - 1])
    inside = set(runs(tokens("a.py", run)).tolist())
    assert len(inside) == WINDOW
    for before in range(1, 12):
        around = b" ".join([*_own(8, 3).split()[:before], run, _own(9, 3)])
        assert inside & set(prints(tokens("a.py", around)).hashes.tolist())
    assert prints(tokens("a.py", b" ".join(run.split()[: K - 1]))).hashes.tolist() == []


MEGABYTE = 1 << 20
HOSTILE = {
    "one token": b"a" * MEGABYTE,
    "one number": b"1" * MEGABYTE,
    "null bytes": b"\0" * MEGABYTE,
    "every byte": bytes(range(256)) * 4096,
    "brackets": b"(" * MEGABYTE,
    "quotes": b'"' * (MEGABYTE + 1),
    "texts on one line": b'"" ' * (MEGABYTE // 3),
    "open texts": b"r'''" * (MEGABYTE // 4),
    "backslashes": b"\\" * MEGABYTE,
    "open comments": b"/*" * (MEGABYTE // 2),
    "hashes": b"# " * (MEGABYTE // 2),
    "colons": b"a::" * (MEGABYTE // 3),
    "dots and blanks": b".a" + b" " * MEGABYTE,
    "a line of one token again and again": b"x = 1\n" * (MEGABYTE // 6),
    "no program": b"def def ) 'x\n\t\x0b if ]]] \xff\xfe <<<<" * 30000,
    "empty": b"",
}


def test_hostile_text_is_read_like_any_other():
    """Whatever is in the files, the copies among the others are found; nothing ends or hangs the comparison."""
    for suffix in ("py", "cpp"):
        hostile = {what: {f"{what}\n<b>.{suffix}": text} for what, text in HOSTILE.items()}
        copies = {"ada": {"a.py": _own(1)}, "ben": {"b.py": _own(1)}}
        found = alike({**hostile, **copies}, SKELETON)
        assert _pairs(found) == [("ada", "ben")]


def test_a_copy_behind_much_other_text_is_still_found():
    """Files of the skeleton's names are read first, whatever lies beside them."""
    hidden = {**{f"a{i:04d}.py": b"x\n" * 10000 for i in range(500)}, "attention.py": _own(1)}
    assert _pairs(alike({"ada": hidden, "ben": {"b.py": _own(1)}}, SKELETON)) == [("ada", "ben")]


def test_hostile_file_names_are_shown_as_escapes():
    """A name cannot move the cursor or start a new line."""
    name = "a\x1b[2J\u202e.py"
    (likeness,) = alike({"ada": {name: _own(1)}, "ben": {"b.py": _own(1)}}, {})
    assert likeness == Likeness("ada", "ben", 1.0, 60, ("a\\x1b[2J\\u202e.py:1-60 and b.py:1-60",))


@pytest.mark.parametrize("share", [0.0, -1.0, 1.5, float("nan")])
def test_a_bound_that_is_no_share_gets_one_sentence(share):
    """The value and the bounds are named."""
    with pytest.raises(UsageError, match=r"at_least is .*; it has to be more than 0 and at most 1"):
        alike({}, {}, at_least=share)


def test_every_process_finds_the_same():
    """Nothing depends on the seed of Python's own hashes."""
    program = (
        "import sys; sys.path.insert(0, 'tests/grader/classroom')\n"
        "from honest import pair; from grader.classroom.similarity import alike\n"
        "a, b = pair(2); print(alike({'a': a, 'b': b}, {}, at_least=0.001))"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(shown) == 1
    assert "Likeness(first='a', second='b'" in shown.pop()


def test_the_honest_solutions_differ_where_they_are_compared():
    """The corpus has enough functions in several ways for the test of margins to mean something."""
    assert len(versions()) >= 10
    assert all(len(set(texts)) == len(texts) for texts in versions().values())
