"""Every planted bug is told, with its kind, line, thread and element; the right twin of each is silent."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import pytest

from kernels.simulator import EXPLAIN, Diagnostic, LaunchError, Library, Result, SourceError, compile_metal
from tests.simulator import feature_cases_lanes, feature_cases_vectors, reference_cases  # noqa: F401  (they add cases)
from tests.simulator.feature_cases import CASES, Case, checked, source_of
from tests.simulator.metal_text import metal_file
from tests.simulator.planted_arguments import ARGUMENTS
from tests.simulator.planted_bugs import Bug
from tests.simulator.planted_lanes import LANES
from tests.simulator.planted_reductions import REDUCTIONS
from tests.simulator.planted_reference import REFERENCE
from tests.simulator.planted_tiles import TILES
from tests.simulator.planted_vectors import VECTORS
from tests.simulator.variants import compile_variants, variant_name

BUGS = {bug.name: bug for bug in (*REDUCTIONS, *TILES, *LANES, *ARGUMENTS, *VECTORS, *REFERENCE)}
WITHOUT_BUG = {
    "deadlock": "threads that wait are let go with barrier-divergence or return-before-barrier; none stands still",
    "launch-memory": "tells that the process has too little memory, which no kernel brings about",
}


def file_of(bug: Bug) -> str:
    """Return the file of a bug's kernel."""
    return CASES[bug.case][0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the generated texts."""
    return tmp_path_factory.mktemp("planted")


@functools.cache
def with_bugs(file: str, folder: Path) -> Library:
    """Return the variants of all bugs in one file."""
    variants = [
        (bug.name, CASES[bug.case][1]().kernel, bug.edits, bug.at)
        for bug in BUGS.values()
        if file_of(bug) == file
    ]
    return compile_variants(source_of(file), variants, folder)


def planted(bug: Bug) -> Case:
    """Return the launch of a bug: its case, with what the bug changes."""
    case = CASES[bug.case][1]()
    fresh = {index: value() if callable(value) else value for index, value in bug.arguments.items()}
    arguments = {index: value for index, value in {**case.arguments, **fresh}.items() if value is not None}
    return dataclasses.replace(
        case, arguments=arguments, options={**case.options, **bug.options}, **bug.launch
    )


def run(bug: Bug, folder: Path) -> tuple[Case, Result]:
    """Run a bug's variant; return its launch and what it left behind."""
    case = planted(bug)
    return case, case.run(with_bugs(file_of(bug), folder), kernel=variant_name(bug.name, case.kernel))


@functools.cache
def twin_diagnostics(case: str) -> tuple[Diagnostic, ...]:
    """Return what is told about the kernel without a bug."""
    file, make = CASES[case]
    return make().run(checked(file)).diagnostics


def is_told(bug: Bug, diagnostic: Diagnostic) -> bool:
    """Tell whether a message is the one that the bug has to bring."""
    thread, place = diagnostic.thread, diagnostic.place
    return (
        diagnostic.kind == bug.kind
        and (not bug.at or (place is not None and place.text.endswith(f"// BUG {bug.name}")))
        and (not bug.memory or diagnostic.name == bug.memory)
        and (bug.element is None or diagnostic.element == bug.element)
        and (bug.thread is None or (thread is not None and thread.index == bug.thread))
        and (bug.threadgroup is None or (thread is not None and thread.threadgroup == bug.threadgroup))
        and (bug.same_value is None or diagnostic.same_value == bug.same_value)
    )


@pytest.mark.parametrize("name", BUGS)
def test_planted_bug_is_told(name: str, folder: Path) -> None:
    """A message has the bug's kind, line, memory, element and thread; the kernel without the bug brings no message."""
    bug = BUGS[name]
    case, result = run(bug, folder)
    told = [(d.kind, d.name, d.element, d.thread, d.same_value, d.sentence) for d in result.diagnostics]
    assert any(is_told(bug, diagnostic) for diagnostic in result.diagnostics), told
    assert not bug.is_right or case.is_right(result), result.outputs
    assert twin_diagnostics(bug.case) == ()


REFUSED = {
    "recursion": (
        "uint g(uint n) {\n  return n > 1 ? n * g(n - 1) : 1;  // BUG\n}\n",
        "x[i] = g(i);",
        "recursion",
        -1,
    ),
    "recursion_through_another": (
        "uint h(uint n);\nuint g(uint n) { return h(n - 1); }  // BUG\nuint h(uint n) { return 2 * g(n); }\n",
        "x[i] = g(i);",
        "recursion",
        0,
    ),
    "double": ("", "double y = x[i];  // BUG\n  x[i] = uint(y);", "no-double", 0),
    "host_library": ("", "x[i] = std::max(x[i], 1u);  // BUG", "no-std", 0),
    "shared_array_in_a_function": (
        "uint g(uint n) {\n  threadgroup uint all[4];  // BUG\n  all[n] = n;\n  return all[n];\n}\n",
        "x[i] = g(i);",
        "threadgroup-variable",
        0,
    ),
    "other_address_space": (
        "uint g(threadgroup uint* p) { return *p; }\n",
        "x[i] = g(x);  // BUG",
        "address-space-change",
        0,
    ),
    "misspelt_barrier": (
        "",
        "threadgroup_barier(mem_flags::mem_threadgroup);  // BUG\n  x[i] = i;",
        "compiler",
        0,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_text_that_metal_refuses_is_refused(name: str, tmp_path: Path) -> None:
    """The finding has the rule and the line of the bug."""
    before, body, rule, offset = REFUSED[name]
    text = (
        f"kernel void f(device uint* x [[buffer(0)]], uint i [[thread_position_in_grid]]) {{\n  {body}\n}}\n"
    )
    path = metal_file(tmp_path, before + text)
    with pytest.raises(SourceError) as caught:
        compile_metal(path, mode="check")
    lines = path.read_text().split("\n")
    places = [(finding.rule, finding.line) for finding in caught.value.findings]
    assert (rule, next(n for n, line in enumerate(lines, 1) if line.endswith("// BUG")) + offset) in places, (
        places
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [("[[buffer(0)]]", "[[buffer(0)]]"), ("[[buffer(0)]]", "[[buffer(31)]]")],
    ids=["index_twice", "index_too_large"],
)
def test_wrong_buffer_index_is_refused(first: str, second: str, tmp_path: Path) -> None:
    """Two arguments cannot share an index, and there are 31 of them."""
    text = f"kernel void f(device uint* a {first}, device uint* b {second}) {{ a[0] = b[0]; }}\n"
    with pytest.raises(SourceError):
        compile_metal(metal_file(tmp_path, text), mode="check")


def test_unknown_host_name_is_refused() -> None:
    """The message has the name that was asked for."""
    with pytest.raises(LaunchError, match="'tree_sums'"):
        checked("reductions").run("tree_sums", {}, grid=(1,), threadgroup=(1,))


def test_enough_bugs_are_planted() -> None:
    """There are 45 bugs in six kernels, 12 of them with right numbers, and every kind is there that can be caused."""
    assert len(BUGS) + len(REFUSED) >= 45
    assert len({CASES[bug.case][1]().kernel for bug in BUGS.values()}) >= 6
    assert sum(bug.is_right and not bug.options.get("order") for bug in BUGS.values()) >= 12
    assert {bug.kind for bug in BUGS.values()} | set(WITHOUT_BUG) == set(EXPLAIN) | set(WITHOUT_BUG)
