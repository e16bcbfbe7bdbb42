"""A released package: it holds no answer, it checks public cases as the grader does, it packs what is handed in."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from at_home import ROOT, graded, run
from canaries import MARK, found

from grader.cli.release import release as release_command
from grader.course.catalog import COURSE
from grader.errors import UsageError
from grader.release.package import Package, _zip
from grader.validation.corpus import build, read


def test_no_canary_of_reference_oracles_or_hidden_cases_is_in_the_package(package: Path, tmp_path: Path):
    """Every byte of every file is searched, and every member of an archive of it."""
    archive = tmp_path / "handout.zip"
    _zip(package, archive)
    assert (found(package), found(archive)) == ([], [])


def test_the_search_finds_a_canary_in_a_compressed_member_of_a_compressed_member(
    package: Path, tmp_path: Path
):
    """Planted in a file of public cases, it shows, so that an empty search means something."""
    inner, outer = tmp_path / "cases.npz", tmp_path / "handout.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("block.npy", b"x" * 99 + MARK.upper().encode() + b"000001" + b"x" * 99)
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "handout/public/cases.npz")
    assert found(outer) == [f"handout.zip/handout/public/cases.npz/block.npy: {MARK}000001"]


def test_the_package_holds_these_parts_and_no_other(package: Path):
    """No oracle, no reference, no week and no input builder; nothing of the project that was not named."""
    top = {path.name for path in package.iterdir()}
    assert top == {
        *("LICENSE", "Makefile", "README.md", "pyproject.toml", "docs"),
        *("grader", "kernels", "models", "public", "student"),
    }
    parts = {path.name for path in (package / "grader").iterdir()}
    assert not parts & {"oracles", "validation", "classroom", "skeleton.py", "pytest_plugin.py"}
    course = {path.name for path in (package / "grader" / "course").iterdir()}
    assert not course & {"week1", "week2", "inputs.py", "kernel_inputs.py"}
    assert "torch" not in (package / "pyproject.toml").read_text()


def _submissions(folder: Path) -> list[Path]:
    names = [path for path in sorted((ROOT / "tests" / "mutants").glob("*.py")) if _touches(path)]
    made = [build(read(path), ROOT, folder / path.stem) for path in names]
    return [ROOT / "reference", ROOT / "student", *made]


def _touches(path: Path) -> bool:
    fails = re.findall(r'"(1\.1\.1|1\.3\.1) ([\w-]+)"', path.read_text())
    return bool(fails) and path.stem.startswith(("grouped", "softmax"))


def test_public_cases_get_the_verdicts_and_messages_of_the_grader_itself(package: Path, tmp_path: Path):
    """Reference, skeleton and mutants: every field of every check is the same, hints included, without torch."""
    paths = _submissions(tmp_path)
    place, has_torch, at_home = graded(package, "1.1.1,1.3.1", *paths)
    _, _, here = graded(None, "1.1.1,1.3.1", *paths)
    assert (place, has_torch) == (str(package), False)
    assert len(paths) >= 6
    assert at_home == here
    hints = {check["hint"] for checks in at_home.values() for check in checks if check["hint"]}
    assert len(hints) >= 2  # recorded wrong answers explain something


def test_a_scripted_scenario_runs_at_home(package: Path):
    """Generation is judged by the grader's own model, which ships with public lengths alone."""
    _, _, found_here = graded(package, "1.6", ROOT / "reference", ROOT / "student")
    right, skeleton = found_here.values()
    assert {check["status"] for check in right} == {"PASS"}
    assert {check["status"] for check in skeleton} == {"FAIL"}
    assert all(check["cases_total"] >= 1 for check in right)


def test_grader_check_in_the_package_speaks_of_the_skeleton_as_unwritten(package: Path):
    """The inner loop works on the package's own student folder, and exits with 1."""
    done = run(package, "-m", "grader", "check", "1.3.1", "--case", "2")
    assert done.returncode == 1
    assert "not implemented: task 1.3.1" in done.stdout
    assert done.stderr == ""


def test_commands_that_need_answers_are_not_there(package: Path):
    """No history, no validation, no class, and a self-test of gates that says why there is none."""
    done = run(package, "-m", "grader", "validate")
    assert (done.returncode, "no command 'validate'" in done.stderr) == (2, True)
    gates = run(package, "-m", "grader", "bench", "--self-test")
    assert (gates.returncode, gates.stderr.count("\n")) == (2, 1)


def test_damaged_public_cases_are_one_sentence(package: Path, tmp_path: Path):
    """A package that was not unpacked whole says so, and shows no traceback."""
    copy = tmp_path / "copy"
    shutil.copytree(package, copy)
    (copy / "public" / "cases.npz").write_bytes(b"PK")
    done = run(copy, "-m", "grader", "check", "1.1.1")
    assert done.returncode == 4
    assert done.stderr.startswith(f"grader: the public cases in {copy}/public cannot be read")
    assert (done.stderr.count("\n"), "Traceback" in done.stderr) == (1, False)


def test_what_is_there_already_is_not_overwritten(tmp_path: Path):
    """A folder with something in it, or a file, is refused before anything is made."""
    full, archive = tmp_path / "full", tmp_path / "old.zip"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    archive.write_text("mine")
    for target in (full, archive):
        with pytest.raises(UsageError, match="exists already"):
            Package(COURSE.weeks, ROOT / "reference").write(target)
    assert [(full / "mine.txt").read_text(), archive.read_text()] == ["mine", "mine"]


def test_an_unknown_week_is_refused_before_anything_is_made(tmp_path: Path):
    """It names the weeks that there are."""
    with pytest.raises(UsageError, match="there is no week 9; known are 1, 2"):
        release_command(tmp_path / "handout", week=[1, 9])
    assert list(tmp_path.iterdir()) == []
