"""`grader class` as an instructor meets it: grade, look, regrade, compare, accept; and folders full of trouble."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from command_line import QUICK, REFERENCE, Done, grader

ROSTER = 'id,name,section\nada,"Lovelace, Ada",A\nbob,Bob <b>Bold</b>,B\neve,Eve,B\n'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three students: one right, one with the mask the wrong way round, one with an archive that is none."""
    root = tmp_path_factory.mktemp("class")
    root.chmod(0o755)
    handed_in = root / "in"
    for student in ("ada", "bob"):
        package = handed_in / student / "student"
        shutil.copytree(REFERENCE, package, ignore=shutil.ignore_patterns("__pycache__", "kernels"))
    chapter = handed_in / "bob" / "student" / "attention.py"
    text = chapter.read_text()
    assert text.count("S - L") >= 1
    chapter.write_text(text.replace("S - L", "0 * (S - L)"))
    (handed_in / "eve.zip").write_bytes(b"PK nothing")
    (root / "roster.csv").write_text(ROSTER)
    return root


def command(place: Path, *arguments: object) -> Done:
    return grader("class", *arguments, "--home", place / "home", cwd=place)


def grade(place: Path, *arguments: object) -> Done:
    return command(
        place, "grade", "in", "--week", "1", "--out", "kept", "--roster", "roster.csv", "--jobs", "1",
        "--task", QUICK, *arguments,
    )  # fmt: skip


@pytest.fixture(scope="module")
def first(place: Path) -> Done:
    """The first command over the class."""
    return grade(place)


def test_the_class_is_graded_and_what_staff_has_to_know_is_said(first: Done, place: Path):
    """Exit code 0 though a student fails; the broken archive has its line; the report is there and shows both."""
    assert (first.code, first.err) == (0, "")
    assert "3 of 3 students handed in, 3 attempts; 2 results made" in first.out
    assert "eve, eve.zip: the archive eve.zip is " in first.out
    page = (place / "kept" / "report" / "report.html").read_text()
    assert "Lovelace, Ada" in page
    assert "<b>Bold</b>" not in page
    assert len(list((place / "kept" / "report" / "students").iterdir())) == 2


def test_again_it_grades_nothing(first: Done, place: Path):
    """The same command: every result is known."""
    again = grade(place)
    assert (again.code, again.err) == (0, "")
    assert "0 results made, the others were known" in again.out


def test_forced_it_has_the_same_score(first: Done, place: Path):
    """Graded once more because staff asked: no alarm."""
    again = grade(place, "--again", "bob")
    assert (again.code, again.err) == (0, "")
    assert "1 results made" in again.out
    assert "another score" not in again.out


def test_names_can_be_left_out(first: Done, place: Path):
    """The report for sharing holds no name, id or file of anybody."""
    done = grader("class", "report", "kept", "--no-names", "--to", "shared", cwd=place)
    assert (done.code, done.err) == (0, "")
    text = "".join(p.read_text() for p in (place / "shared").rglob("*.html"))
    assert [word for word in ("Lovelace", "Bold", "bob", "eve.zip") if word in text] == []


def test_a_changed_course_is_another_run_that_waits(first: Done, place: Path):
    """Regraded with other results, nothing counts until it is accepted, and who gains is said before."""
    run = json.loads((place / "kept" / "runs" / "0001.json").read_text())
    bob = next(e for e in run["attempts"] if e["student"] == "bob")
    run["hashes"]["course"] = "an older course"
    run["run_id"] = "0001"
    older = {**bob, "key": "older", "numbers": "older"}
    result = json.loads((place / "kept" / "results" / f"{bob['key']}.json").read_text())
    for task in result["result"]["tasks"]:
        for check in task["checks"]:
            check.update(status="PASS", points=check["max_points"], detail=None, message="", hint="")
        task.update(status="PASS", points=task["max_points"])
    (place / "kept" / "results" / "older.json").write_text(json.dumps(result))
    run["attempts"] = [older if e["student"] == "bob" else e for e in run["attempts"]]
    (place / "kept" / "runs" / "0001.json").write_text(json.dumps(run))
    regraded = command(place, "regrade", "kept", "--jobs", "1")
    assert (regraded.code, regraded.err) == (0, "")
    assert "run 0001 to run 0002: 0 gain, 1 lose" in regraded.out
    assert "run 0001 still counts; grader class accept kept 0002 changes that" in regraded.out
    diff = grader("class", "diff", "kept", cwd=place)
    assert "bob  4 to " in diff.out
    assert "PASS, now FAIL" in diff.out
    accepted = grader("class", "accept", "kept", "2", cwd=place)
    assert accepted.out == "run 0002 counts now\n"
    assert "0 gain, 0 lose" in grader("class", "diff", "kept", cwd=place).out


def test_exports_read_a_real_class(first: Done, place: Path):
    """The grades of the kept folder, as a table with names and totals."""
    done = grader("export", "csv", "kept", "--out", "grades.csv", cwd=place)
    assert (done.code, done.err) == (0, "")
    assert '"Lovelace, Ada"' in (place / "grades.csv").read_text()


def test_hostile_folders_cost_a_line_each(tmp_path: Path):
    """Bombs, names that climb, links, junk and strangers: one line each, and the honest one is graded."""
    tmp_path.chmod(0o755)
    handed_in = tmp_path / "in"
    shutil.copytree(
        REFERENCE, handed_in / "ada" / "student", ignore=shutil.ignore_patterns("__pycache__", "kernels")
    )
    with zipfile.ZipFile(handed_in / "bob.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(40):
            bomb.writestr(f"student/b{number}.py", b"\0" * (10 << 20))
    with zipfile.ZipFile(handed_in / "eve.zip", "w") as climbing:
        climbing.writestr("../../evil.py", "x")
    (handed_in / "no\nbody <img src=x>").mkdir()
    (handed_in / "passwd").symlink_to("/etc/passwd")
    (tmp_path / "roster.csv").write_text(ROSTER)
    done = grade(tmp_path)
    assert done.code == 0
    assert "3 of 3 students handed in" in done.out
    for words in ("eve, eve.zip: ", "bob, bob.zip: ", "passwd: ", "body"):
        assert words in done.out, words
    assert "\x1b" not in done.out
    assert not (tmp_path.parent / "evil.py").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("grade", "nowhere", "--week", "1", "--out", "x"), 2, "there is no folder"),
        (("grade", ".", "--week", "9", "--out", "x"), 2, "there is no '9'; known are week1"),
        (("grade", ".", "--week", "1", "--out", "x", "--roster", "none.csv"), 2, "none.csv"),
        (("grade", ".", "--week", "1", "--out", "x", "--policy", "none.toml"), 2, "none.toml"),
        (("report", "nowhere"), 2, "there is no class folder nowhere"),
        (("diff", "."), 2, "is not a class folder"),
        (("regrade", "nowhere"), 2, "there is no class folder nowhere"),
        (("accept", "nowhere", "1"), 2, "there is no class folder nowhere"),
    ],
)
def test_what_does_not_exist_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str
):
    """A sentence that names it, and the exit code of usage."""
    done = grader("class", *arguments, cwd=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert sentence in done.err
    assert done.err.count("\n") == 1
