"""Downloads of learning platforms and git repositories: whose everything is, when it came, and how it is opened."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from packing import BASICS, make_tar, make_zip, tree

from grader.class_result import Refused, Student
from grader.classroom import roster as rosters
from grader.classroom.intake import Intake, discover, opened
from grader.errors import SubmissionRejected, UsageError

METADATA = """\
---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '007'
    :email: ada@x.edu
  :created_at: 2026-11-24 17:34:00.861687000 Z
  :score: 2.0
  :results: !ruby/object:Results
    output: |-
      :submitters:
       - no
  :history:
  - :created_at: 2026-11-23 10:00:00.000000000 Z
    :score: 1.0
submission_12:
  :submitters:
  - :name: Alan Turing
    :sid: 8
    :email: alan@x.edu
  - :name: Eve
    :sid:
    :email: eve@x.edu
  :created_at: 2026-11-24 18:00:00 +0100
submission_13:
  :submitters:
  - :name: Mallory <b>
    :sid: '99'
submission_14:
  :submitters: []
submission_15:
  :submitters:
  - :sid: '7'
"""
CLASS = (Student("007", "Ada Lovelace"), Student("8", "Alan Turing"), Student("9", "Eve", "eve@x.edu"))
HISTORY = "earlier submissions are named, and their files are not in the export: "


@pytest.fixture
def export(tmp_path) -> Path:
    """Return a folder as Gradescope's download has it."""
    root = tmp_path / "assignment_1_export"
    for name in (
        "submission_11/hw/basics.py",
        "submission_11/__MACOSX/x",
        "submission_13/basics.py",
        "other/x.py",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(BASICS)
    for name in ("submission_12", "submission_14"):
        (root / name).mkdir()
    make_tar(root / "submission_12/hw.tgz", ("basics.py", BASICS))
    (root / "submission_14/x.py").write_bytes(BASICS)
    (root / "submission_metadata.yml").write_text(METADATA)
    return root


def packed(folder: Path, path: Path) -> Path:
    """Return a zip of a folder, with the folder's name before everything."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    return make_zip(path, *((p.relative_to(folder.parent).as_posix(), p.read_bytes()) for p in files))


def told(taken: Intake) -> list[tuple[str, int, str, str, str]]:
    return [(f.student, f.number, f.source, f.submitted_at, f.kind) for f in taken.found]


def contents(taken: Intake, room: Path) -> dict[str, dict[str, bytes | None]]:
    found = {}
    for one in taken.found:
        with opened(one, room) as path:
            found[one.source] = tree(path)
    return found


@pytest.mark.parametrize("form", ["folder", "folder around it", "zip"])
def test_a_gradescope_export(export, tmp_path, form):
    """Submitters by number, address or name, several as a group; times of the metadata; the rest is refused."""
    given = {"folder": export, "folder around it": export.parent}.get(form) or packed(
        export, tmp_path / "all.zip"
    )
    taken = discover(given, CLASS)
    at = "assignment_1_export/" if form == "folder around it" else ""
    kinds = ("archive", "archive") if form == "zip" else ("folder", "archive")
    prefix = "assignment_1_export/" if form == "zip" else at
    assert told(taken) == [
        ("007", 1, f"{prefix}submission_11", "2026-11-24T17:34:00Z", kinds[0]),
        ("8", 1, f"{prefix}submission_12/hw.tgz", "2026-11-24T17:00:00Z", kinds[1]),
    ]
    assert [(s.id, s.group) for s in taken.students] == [
        ("007", ""),
        ("8", "submission_12"),
        ("9", "submission_12"),
    ]
    assert {r.source.removeprefix(prefix): r.reason for r in taken.refused} == {
        "submission_13": "not in the roster: Mallory <b>, 99",
        "submission_14": "submission_metadata.yml names nobody who handed it in",
        "submission_15": "named in submission_metadata.yml, and not in the export",
        "other": "not named in submission_metadata.yml",
    }
    assert taken.notes == (f"{HISTORY}{prefix}submission_11",)
    room = tmp_path / "room"
    found = contents(taken, room)
    assert found[f"{prefix}submission_12/hw.tgz"] == {"basics.py": BASICS}
    assert BASICS in found[f"{prefix}submission_11"].values()


def test_a_gradescope_export_without_a_roster(export):
    """Students are made from the submitters, with their numbers, or addresses where there is none."""
    students = discover(export, ()).students
    assert [(s.id, s.name, s.email, s.group) for s in students] == [
        ("007", "Ada Lovelace", "ada@x.edu", ""),
        ("8", "Alan Turing", "alan@x.edu", "submission_12"),
        ("99", "Mallory <b>", "", ""),
        ("eve@x.edu", "Eve", "eve@x.edu", "submission_12"),
    ]


def test_somebody_with_a_name_of_the_roster_is_not_taken_for_that_student(export):
    """A name alone counts only if no address speaks against it, and is noted."""
    one = discover(export, (Student("a1", "Ada Lovelace", "lovelace@x.edu"), Student("a2", "Alan Turing")))
    reason = "not in the roster: Ada Lovelace, 007, ada@x.edu (a1 has the name and another address)"
    assert Refused("submission_11", reason) in one.refused
    assert [f.student for f in one.found] == ["a2"]
    assert "taken by name, as the roster has neither the number nor the address: submission_12" in one.notes
    assert Refused(
        "submission_12", "handed in together with Alan Turing: not in the roster: Eve, eve@x.edu"
    ) in (one.refused)


def test_submitters_of_two_groups_each_have_the_submission(export):
    """A group of the roster is not changed; who is in none has the submission alone."""
    students = (Student("8", "Alan Turing", group="g"), Student("9", "Eve", "eve@x.edu"))
    taken = discover(export, students)
    assert [(f.student, f.source) for f in taken.found] == [
        ("8", "submission_12/hw.tgz"),
        ("9", "submission_12/hw.tgz"),
    ]
    assert taken.students == students
    assert taken.notes[0] == (
        "submission_12 was handed in by Alan Turing, Eve together, who are no group in the roster: each has it"
    )
    same = tuple(Student(s.id, s.name, s.email, group="g") for s in students)
    assert [f.student for f in discover(export, same).found] == ["8"]


@pytest.mark.parametrize("content", ["", "- a\n", "a: [\n", "a: &x [*x]\n" * 2 + "b: \t", "{" * 5000])
def test_metadata_that_cannot_be_read_is_a_sentence(export, content):
    """Nobody can say whose the folders are."""
    (export / "submission_metadata.yml").write_text(content)
    with pytest.raises(UsageError, match=r"^submission_metadata.yml (cannot be read|names no submission)"):
        discover(export, CLASS)


CANVAS = (
    "lovelaceada_17_4711_hw2.zip",
    "lovelaceada_17_4720_hw2-1.zip",
    "turingalan_LATE_18_4712_my_hw.tgz",
    "deboerel_19_4713_basics.py",
    "mallory_77_4714_hw.zip",
    "LATE_anon_AbC12_4715_hw.zip",
    "turingalan_18_text.html",
)
ROSTER = 'Student,ID,SIS Login ID\n"Lovelace, Ada",17,ada\n"Turing, Alan",18,alan\n"de Boer, El",19,el\n'


@pytest.fixture
def download(tmp_path) -> Path:
    """Return a folder as Canvas's download has it."""
    root = tmp_path / "submissions"
    root.mkdir()
    for name in CANVAS:
        make = {".zip": make_zip, ".tgz": make_tar}.get(name[-4:])
        if make is None:
            (root / name).write_bytes(BASICS)
        else:
            make(root / name, ("basics.py", BASICS))
    return root


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("roster", [ROSTER, ROSTER.replace("ID,SIS Login ID", "SIS Login ID,X")])
def test_a_canvas_download(download, tmp_path, form, roster):
    """By Canvas's number or by name; in the order of the files' numbers, without times, and what is late is noted."""
    path = tmp_path / "roster.csv"
    by_number = roster is ROSTER
    path.write_text(
        roster if by_number else roster.replace(",17,", ",").replace(",18,", ",").replace(",19,", ",")
    )
    given = (
        download
        if form == "folder"
        else make_zip(tmp_path / "all.zip", *((p.name, p.read_bytes()) for p in sorted(download.iterdir())))
    )
    taken = discover(given, rosters.read(path))
    ada, alan, el = ("17", "18", "19") if by_number else ("ada", "alan", "el")
    assert told(taken) == [
        (ada, 1, CANVAS[0], "", "archive"),
        (ada, 2, CANVAS[1], "", "archive"),
        (alan, 1, CANVAS[2], "", "archive"),
    ]
    assert set(taken.refused) == {
        Refused(CANVAS[3], "a single file, and no archive with the package", el),
        Refused(CANVAS[4], "not in the roster: mallory (77)"),
        Refused(CANVAS[5], "an anonymous download does not say whose it is"),
        Refused(CANVAS[6], "a file that is no archive"),
    }
    assert taken.notes == (f"Canvas marks it as late, and does not say when it was handed in: {CANVAS[2]}",)
    assert contents(taken, tmp_path / "room") == {name: {"basics.py": BASICS} for name in CANVAS[:3]}


def test_a_canvas_number_that_is_somebody_elses_id(download):
    """Number and name of two different students are nobody's; a number alone with another name is noted."""
    students = (Student("17", "Alan Turing"), Student("x", "Ada Lovelace"), Student("77", "Eve"))
    taken = discover(download, students)
    reason = "the number 17 is that of 17, and the name that of x"
    assert [r for r in taken.refused if "lovelace" in r.source] == [Refused(n, reason) for n in CANVAS[:2]]
    assert [(f.student, f.source) for f in taken.found] == [("17", CANVAS[2]), ("77", CANVAS[4])]
    assert (
        f"taken by the number in its name, although the student is called otherwise: {CANVAS[4]}"
        in taken.notes
    )


def test_a_canvas_download_without_a_roster(download):
    """Canvas's numbers are the ids then."""
    students = discover(download, ()).students
    assert [(s.id, s.name) for s in students if s.id in ("17", "18", "77")] == [
        ("17", "lovelaceada"),
        ("18", "turingalan"),
        ("77", "mallory"),
    ]


def test_a_zip_of_the_plain_layout(tmp_path):
    """Folders and archives in one zip, in a folder of their own or not; no time is guessed."""
    inner = make_zip(tmp_path / "i.zip", ("basics.py", BASICS)).read_bytes()
    for at in ("", "class/"):
        path = make_zip(
            tmp_path / "all.zip",
            (f"{at}s1/basics.py", BASICS),
            (f"{at}s2.zip", inner),
            (f"{at}s3/../../x.py", b""),
        )
        taken = discover(path, (Student("s1"), Student("s2"), Student("s3")))
        assert told(taken) == [("s1", 1, f"{at}s1", "", "archive"), ("s2", 1, f"{at}s2.zip", "", "archive")]
        assert set(map(str, contents(taken, tmp_path / "room").values())) == {str({"basics.py": BASICS})}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_repositories(tmp_path):
    """A clone, a bare one, one that the roster names, one without a commit; the time is the committer's."""
    env = {
        **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Ada"),
        **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "a@x.edu"),
        **dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2026-11-24T03:49:00+01:00"),
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
    }

    def git(folder: Path, *arguments: str) -> None:
        subprocess.run(("git", *arguments), cwd=folder, env=env, check=True, capture_output=True)

    root = tmp_path / "class"
    for name in ("hw2-octocat", "s2", "elsewhere", "s4"):
        (root / name).mkdir(parents=True)
        git(root / name, "init", "-q")
        if name != "s4":
            (root / name / "basics.py").write_bytes(BASICS)
            git(root / name, "add", "basics.py")
            git(root / name, "commit", "-q", "-m", "x")
    git(root, "clone", "-q", "--bare", "s2", "s2.git")
    shutil.rmtree(root / "s2")
    roster = tmp_path / "roster.csv"
    roster.write_text("id,github_username,repo\ns1,octocat,\ns2,bob,\ns3,eve,elsewhere\ns4,mal,\n")
    taken = discover(root, rosters.read(roster))
    when = "2026-11-24T02:49:00Z"
    assert told(taken) == [
        ("s1", 1, "hw2-octocat", when, "git"),
        ("s2", 1, "s2.git", when, "git"),
        ("s3", 1, "elsewhere", when, "git"),
    ]
    assert [r.source for r in taken.refused] == ["s4"]
    assert "has no commit on its default branch" in taken.refused[0].reason
    remark = "the time of a commit is what its author's machine said: elsewhere, hw2-octocat, s2.git"
    assert taken.notes == (remark,)
    (root / "hw2-octocat/basics.py").write_text("changed later")
    assert set(map(str, contents(taken, tmp_path / "room").values())) == {str({"basics.py": BASICS})}
    shutil.rmtree(root / "hw2-octocat/.git")
    with pytest.raises(SubmissionRejected, match=r"^hw2-octocat is no git repository any more$"):
        contents(taken, tmp_path / "room")
