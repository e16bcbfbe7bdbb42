"""The corpus's files are read as data and built on today's project."""

from __future__ import annotations

import pytest

from grader.validation.corpus import Specimen, build, load, read


def write(tmp_path, text, group="mutants", name="one"):
    path = tmp_path / group / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def project(tmp_path):
    """Return a project with a reference of two files and a skeleton of one."""
    root = tmp_path / "project"
    for package, text in (("reference", "x = 1\ny = 1\n"), ("student", "x = None\n")):
        (root / package / "__pycache__").mkdir(parents=True)
        (root / package / "basics.py").write_text(text)
        (root / package / "notes.txt").write_text("kept out")
    (root / "reference" / "sampler.py").write_text("z = 3\n")
    return root


def built(specimen, project, tmp_path):
    """Return the files of the submission by path, with their text."""
    root = build(specimen, project, tmp_path / "built")
    return {str(p.relative_to(root)): p.read_text() for p in root.rglob("*") if p.is_file()}


def test_a_file_is_read_as_literals(tmp_path):
    """Sentence, group and fields; nothing is executed."""
    text = '"""Adds eps outside.\n\nMore."""\nFAILS = ["1.4.1 norm-eps"]\nHINTS = {"1.4.1 norm-eps": "eps"}\n'
    assert read(write(tmp_path, text)) == Specimen(
        "one", "mutants", "Adds eps outside.", "reference", ("1.4.1 norm-eps",), {"1.4.1 norm-eps": "eps"}
    )


def test_attacks_start_from_the_skeleton(tmp_path):
    """So that an attack that does nothing gains nothing."""
    assert read(write(tmp_path, '"""Does nothing."""\n', "attacks")).base == "student"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("FAILS = []\n", "has no docstring"),
        ('"""S."""\nimport os\n', "one.py:2 is not an assignment"),
        ('"""S."""\nFAIL = []\n', "one.py:2 assigns FAIL, known are FAILS"),
        ('"""S."""\nFAILS = list("ab")\n', "malformed node"),
    ],
)
def test_another_form_is_refused(tmp_path, text, problem):
    """With file and line."""
    with pytest.raises(ValueError, match=problem):
        read(write(tmp_path, text))


def test_a_group_is_loaded_by_name_and_week(tmp_path):
    """In the order of the names; other weeks stay out."""
    for name, week in (("b", 1), ("a", 1), ("c", 2)):
        write(tmp_path, f'"""S."""\nWEEK = {week}\n', "variations", name)
    assert [s.name for s in load(tmp_path, "variations", 1)] == ["a", "b"]
    assert [s.name for s in load(tmp_path, "variations", 2)] == ["c"]


def test_a_specimen_is_the_base_with_its_changes(tmp_path, project):
    """Changed, extended, added and removed files; only sources are taken from the base."""
    specimen = Specimen(
        "s",
        "mutants",
        "S.",
        changes=(("basics.py", "x = 1", "x = 2"),),
        append={"basics.py": "x = 3\n"},
        files={"kernels/k.metal": "kernel"},
        remove=("sampler.py",),
        layout="src/tiny_llm",
    )
    assert built(specimen, project, tmp_path) == {
        "src/tiny_llm/basics.py": "x = 2\ny = 1\n\n\nx = 3\n",
        "src/tiny_llm/kernels/k.metal": "kernel",
    }


def test_a_specimen_may_be_the_root_itself(tmp_path, project):
    """Layout "." puts the package into the submission's root."""
    specimen = Specimen("s", "attacks", "S.", base="student", layout=".")
    assert built(specimen, project, tmp_path) == {"basics.py": "x = None\n"}


def test_kernels_of_a_base_take_the_place_of_the_references(tmp_path, project):
    """Python of the reference, sources of the bases, and for each source the skeleton's header."""
    for path in (
        "reference/kernels/big.cpp",
        "tests/bases/one/kernels/f.cpp",
        "tests/bases/two/kernels/g.cpp",
    ):
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(path)
    (project / "student" / "kernels").mkdir()
    for name in ("f.h", "g.h", "other.h"):
        (project / "student" / "kernels" / name).write_text(name)
    specimen = Specimen("s", "mutants", "S.", base="one+two", changes=(("kernels/g.cpp", "two", "2"),))
    assert built(specimen, project, tmp_path) == {
        "student/basics.py": "x = 1\ny = 1\n",
        "student/sampler.py": "z = 3\n",
        "student/kernels/f.cpp": "tests/bases/one/kernels/f.cpp",
        "student/kernels/f.h": "f.h",
        "student/kernels/g.cpp": "tests/bases/2/kernels/g.cpp",
        "student/kernels/g.h": "g.h",
    }
    with pytest.raises(ValueError, match="no base 'three'"):
        build(Specimen("s", "mutants", "S.", base="three"), project, tmp_path / "other")


@pytest.mark.parametrize(("old", "times"), [("w = 1", 0), ("= 1", 2)])
def test_a_change_that_does_not_fit_any_more_is_refused(tmp_path, project, old, times):
    """The old text has to occur exactly once, otherwise the mutant would be another one than it says."""
    specimen = Specimen("s", "mutants", "S.", changes=(("basics.py", old, "v"),))
    with pytest.raises(ValueError, match=f"occurs {times} times in basics.py, not once"):
        build(specimen, project, tmp_path / "built")
