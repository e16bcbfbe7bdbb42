"""A folder of submissions in the plain layout: who handed in what, what is refused, and how each is opened."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

import pytest
from packing import BASICS, make_tar, make_zip, tree

from grader.class_result import Refused, Student
from grader.classroom import roster as rosters
from grader.classroom.intake import Found, Intake, discover, opened
from grader.errors import SubmissionRejected, UsageError
from grader.worker.submission import find

WHEN = 1_795_000_000  # 2026-11-18T11:06:40Z
FILE_TIME = "nothing says when it was handed in: the file system's time stands for that: "
ADA, ALAN, EVE = (
    Student("s017", "Ada Lovelace", "ada@x.edu", code="s001"),
    Student("s018", "Alan Turing", "alan@x.edu", code="s002"),
    Student("s019", "Eve", "eve@x.edu", code="s003"),
)


@pytest.fixture
def folder(tmp_path) -> Path:
    path = tmp_path / "handed-in"
    path.mkdir()
    return path


def write(folder: Path, *names: str) -> None:
    """Write small files with a fixed time; of `.zip` and `.tgz` archives with a package."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".zip"):
            make_zip(path, ("hw/basics.py", BASICS))
        elif name.endswith(".tgz"):
            make_tar(path, ("hw/basics.py", BASICS))
        else:
            path.write_bytes(BASICS)
        os.utime(path, (WHEN, WHEN))


def told(taken: Intake) -> list[tuple[str, int, str, str, str]]:
    """Return who handed in what: student, number, source, time, kind."""
    return [(f.student, f.number, f.source, f.submitted_at, f.kind) for f in taken.found]


def reasons(taken: Intake) -> dict[str, str]:
    return {r.source: r.reason for r in taken.refused}


def everything(taken: Intake, room: Path) -> dict[str, str]:
    """Open every submission; return for each source the package's name, or the sentence that refuses it."""
    outcome = {}
    for found in taken.found:
        try:
            with opened(found, room) as path:
                outcome[found.source] = find(path).package_dir.relative_to(path.resolve()).as_posix()
        except SubmissionRejected as error:
            outcome[found.source] = str(error)
    assert all(sentence.isprintable() for sentence in outcome.values())
    assert list(room.iterdir()) == []
    return outcome


def test_a_folder_or_an_archive_for_each_student(folder, tmp_path):
    """Ids, addresses and names of the roster in any case; what is nobody's is refused, and junk is passed over."""
    write(folder, "S017/basics.py", "alan@x.edu.zip", "eve.tgz", "mallory.zip", "notes.txt", ".DS_Store")
    write(folder, "__MACOSX/x", "Thumbs.db")
    taken = discover(folder, (ADA, ALAN, EVE))
    at = "2026-11-18T11:06:40Z"
    assert told(taken) == [
        ("s017", 1, "S017", at, "folder"),
        ("s018", 1, "alan@x.edu.zip", at, "archive"),
        ("s019", 1, "eve.tgz", at, "archive"),
    ]
    assert taken.students == (ADA, ALAN, EVE)
    assert taken.refused == (
        Refused("mallory.zip", "not in the roster: mallory"),
        Refused("notes.txt", "a file that is no archive"),
    )
    assert taken.notes == (FILE_TIME + "S017, alan@x.edu.zip, eve.tgz",)
    room = tmp_path / "room"
    room.mkdir()
    assert everything(taken, room) == {"S017": ".", "alan@x.edu.zip": "hw", "eve.tgz": "hw"}


@pytest.mark.parametrize(
    "name",
    ["s017", "S017", "ada@x.edu", "Ada Lovelace", "lovelace_ada", "Lovelace, Ada", "adalovelace", "s017_hw2"],
)
def test_what_a_student_may_be_called(folder, name):
    """The id, the address, the name in either order, or the id and something else."""
    write(folder, f"{name}.zip")
    assert [(f.student, f.source) for f in discover(folder, (ADA, ALAN)).found] == [("s017", f"{name}.zip")]


def test_a_name_of_two_students_is_nobodys(folder):
    """Whom an ambiguous name means is not guessed: neither a person's name nor an id with something after it."""
    students = (Student("ann", "Ann Lee"), Student("ann_lee", "Bo"), Student("x", "Lee Ann"))
    write(folder, "ann_lee_hw.zip", "Ann Lee.zip", "ann.zip")
    taken = discover(folder, students)
    assert told(taken) == [("ann", 1, "ann.zip", "2026-11-18T11:06:40Z", "archive")]
    assert reasons(taken) == {
        "ann_lee_hw.zip": "ann_lee_hw may be that of ann or ann_lee",
        "Ann Lee.zip": "Ann Lee may be that of ann or x",
    }


def test_names_in_another_normal_form_are_the_same(folder):
    """What a Mac writes as letter and accent is the letter that the roster has."""
    write(folder, "Jose\u0301 Mun\u0303oz.zip")
    assert [f.student for f in discover(folder, (Student("1", "Jos\u00e9 Mu\u00f1oz"),)).found] == ["1"]


def test_attempts_are_in_the_order_of_time(folder):
    """Moments in the names of archives and of folders within a student's folder, whatever their zone."""
    write(folder, "s017/2026-11-24T02-49-00Z/basics.py", "s017/2026-11-23T23-00-00-0500.zip")
    write(folder, "s017/notes/x.txt", "s017/readme.md")
    write(folder, "s018@2026-11-24T0249Z.zip", "s018_2026-11-23.tgz", "s017@2026-11-20T10:00:00+01:00.zip")
    taken = discover(folder, (ADA, ALAN))
    assert told(taken) == [
        ("s017", 1, "s017@2026-11-20T10:00:00+01:00.zip", "2026-11-20T09:00:00Z", "archive"),
        ("s017", 2, "s017/2026-11-24T02-49-00Z", "2026-11-24T02:49:00Z", "folder"),
        ("s017", 3, "s017/2026-11-23T23-00-00-0500.zip", "2026-11-24T04:00:00Z", "archive"),
        ("s018", 1, "s018_2026-11-23.tgz", "2026-11-23T00:00:00Z", "archive"),
        ("s018", 2, "s018@2026-11-24T0249Z.zip", "2026-11-24T02:49:00Z", "archive"),
    ]
    reason = "beside attempts that are named by moments, and not named by one"
    assert taken.refused == (Refused("s017/notes", reason, "s017"), Refused("s017/readme.md", reason, "s017"))
    assert taken.notes == ("the moment in a name has no time zone, and is read as UTC: s018_2026-11-23.tgz",)


def test_what_a_students_folder_holds(folder):
    """One archive alone is the submission; several without moments, and none at all, are refused."""
    write(
        folder, "s017/homework.zip", "s018/a.zip", "s018/b.zip", "s019/src/tiny_llm/basics.py", "s019/old.zip"
    )
    (folder / "s020").mkdir()
    taken = discover(folder, (ADA, ALAN, EVE, Student("s020")))
    assert [(f.student, f.source, f.kind) for f in taken.found] == [
        ("s017", "s017/homework.zip", "archive"),
        ("s019", "s019", "folder"),
    ]
    assert taken.refused == (
        Refused("s018", "several archives: name them by the moment they were handed in, or keep one", "s018"),
        Refused("s020", "the folder is empty", "s020"),
    )


def test_without_a_roster_names_are_ids(folder):
    """Students are made from what is there, in the order of ids; a moment is no part of an id."""
    write(folder, "zoe.zip", "Ben/basics.py", "zoe@2026-11-24T0249Z.zip", "evil\n<b>.zip", "20261124.zip")
    taken = discover(folder, ())
    assert taken.students == (
        Student("20261124", code="s001"),
        Student("Ben", code="s002"),
        Student("evil <b>", code="s003"),
        Student("zoe", code="s004"),
    )
    assert [(f.student, f.number, f.source) for f in taken.found] == [
        ("20261124", 1, "20261124.zip"),
        ("Ben", 1, "Ben"),
        ("evil <b>", 1, "evil\\n<b>.zip"),
        ("zoe", 1, "zoe.zip"),
        ("zoe", 2, "zoe@2026-11-24T0249Z.zip"),
    ]
    assert taken.refused == ()


def test_students_who_share_an_id_receive_nothing(folder, tmp_path):
    """What is named by the id is refused, too, and everybody else is there."""
    path = tmp_path / "roster.csv"
    path.write_text("id,name\ns1,Ada\ns1,Bob\ns2,Eve\n")
    write(folder, "s1.zip", "s1_hw.zip", "s2.zip", "Ada.zip")
    taken = discover(folder, rosters.read(path))
    assert [f.student for f in taken.found] == ["s2"]
    assert reasons(taken) == {
        "roster, line 2": "Ada has the same id as another student, s1: neither is graded until each has one of "
        "their own",
        "roster, line 3": "Bob has the same id as another student, s1: neither is graded until each has one of "
        "their own",
        "s1.zip": "several students have the id s1",
        "s1_hw.zip": "s1_hw may be that of several students with one id",
        "Ada.zip": "not in the roster: Ada",
    }


def test_a_roster_may_say_where_things_are(folder):
    """Paths in its columns come first; what is wrong with one is a sentence; the roster itself is no submission."""
    write(folder, "late/a.zip", "b/basics.py", "s018.zip")
    (folder / "roster.csv").write_text(
        "id,submission,repo\ns017,late/a.zip,\ns018,,https://github.com/x/y\ns019,b,\ns020,none.zip,\ns021,,b\n"
    )
    taken = discover(folder, rosters.read(folder / "roster.csv"))
    assert [(f.student, f.source) for f in taken.found] == [
        ("s017", "late/a.zip"),
        ("s018", "s018.zip"),
        ("s019", "b"),
    ]
    assert reasons(taken) == {
        "roster, column submission: none.zip": "not there, seen from handed-in",
        "roster, column repo: https://github.com/x/y": "an address: clone it, and give the path of the clone",
        "roster, column repo: b": "no git repository",
    }


def test_a_folder_that_cannot_be_read_is_refused(folder, monkeypatch):
    """The others are there."""
    write(folder, "s017/basics.py", "s018/basics.py")
    real = os.scandir

    def scandir(path):
        if Path(path) == folder / "s017":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    taken = discover(folder, (ADA, ALAN))
    assert taken.refused == (Refused("s017", "s017 cannot be read: Permission denied", "s017"),)
    assert [f.student for f in taken.found] == ["s018"]


def test_hostile_submissions_cost_the_others_nothing(folder, tmp_path):
    """Links, devices, bombs, outside names, damage, two gigabytes, 100,000 names: one line each, the rest is graded."""
    room = tmp_path / "room"
    room.mkdir()
    write(folder, "good.zip", "fine/basics.py")
    (folder / "link").symlink_to("/etc")
    (folder / "link.zip").symlink_to(folder / "good.zip")
    os.mkfifo(folder / "pipe.zip")
    (folder / "damaged.zip").write_bytes((folder / "good.zip").read_bytes()[:-30])
    make_zip(folder / "outside.zip", ("basics.py", BASICS), ("../../x.py", b""))
    make_zip(folder / "bomb.zip", *((f"{i}.py", b"\0" * (1 << 20)) for i in range(30)))
    make_zip(folder / "nested.zip", ("1.zip", (folder / "bomb.zip").read_bytes()))
    with (folder / "huge.zip").open("wb") as stream:
        stream.truncate(2 << 30)
    (folder / "large").mkdir()
    with (folder / "large/basics.py").open("wb") as stream:
        stream.truncate(2 << 30)
    taken = discover(folder, ())
    kind = "a link or a device: those are not followed"
    assert reasons(taken) == {"link": kind, "link.zip": kind, "pipe.zip": kind}
    assert everything(taken, room) == {
        "bomb.zip": "the archive bomb.zip unpacks to more than 100 times its own size",
        "damaged.zip": "the archive damaged.zip is damaged: File is not a zip file",
        "fine": ".",
        "good.zip": "hw",
        "huge.zip": "the archive huge.zip has 2,048 MiB; at most 200 MiB are taken",
        "large": ".",  # the file is left out when the sources are copied
        "nested.zip": "the archive nested.zip holds no source file; archives in it are not opened",
        "outside.zip": 'the archive outside.zip names "../../x.py", which lies outside of it',
    }


def test_a_folder_of_too_many_names_is_a_sentence(folder, monkeypatch):
    """A student's folder of attempts without end is refused; the folder of the class itself ends the command."""
    monkeypatch.setattr("grader.classroom.places.MAX_ENTRIES", 3)
    write(folder, "s017/a.py", "s017/b.py", "s017/c.py", "s017/d.py", "s018/basics.py")
    taken = discover(folder, (ADA, ALAN))
    assert taken.refused == (Refused("s017", "s017 holds more than 3 names", "s017"),)
    assert [f.student for f in taken.found] == ["s018"]
    write(folder, "1", "2")
    with pytest.raises(UsageError, match=r"handed-in cannot be taken:  ?holds more than 3 names$"):
        discover(folder, (ADA, ALAN))


def test_what_is_no_folder_is_a_sentence(folder):
    """Missing, a file, a damaged zip."""
    (folder / "a.txt").write_text("")
    (folder / "a.zip").write_text("no")
    for name, sentence in (
        ("none", "there is no folder"),
        ("a.txt", "is no folder and no zip"),
        ("a.zip", "be read"),
    ):
        with pytest.raises(UsageError, match=sentence):
            discover(folder / name, ())


def test_opening_leaves_nothing_behind(folder, tmp_path):
    """The folder has the same name every time, so that nothing depends on a temporary one, and is gone afterwards."""
    write(folder, "s017.zip", "s018.zip")
    one, two = discover(folder, (ADA, ALAN)).found
    room = tmp_path / "room"
    with opened(one, room) as first, opened(two, room) as second:
        assert (first, second) == (room / "submission", room / "submission-2")
        assert tree(first) == tree(second) == {"hw": None, "hw/basics.py": BASICS}
        (first / "hw").chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert list(room.iterdir()) == []
    with pytest.raises(ZeroDivisionError), opened(one, room):
        raise ZeroDivisionError
    assert list(room.iterdir()) == []


def test_notes_of_unpacking_can_be_had(folder, tmp_path):
    """Whoever asks is told what was left out."""
    make_zip(folder / "s017.zip", ("basics.py", BASICS), ("a\nb.py", BASICS))
    notes: list[str] = []
    with opened(discover(folder, (ADA,)).found[0], tmp_path / "room", notes):
        pass
    assert notes == ["a\\nb.py (its name has characters that cannot be printed)"]


def test_a_submission_that_has_changed_since_is_refused(folder, tmp_path):
    """Between looking and opening a folder may vanish or become a link."""
    write(folder, "s017/basics.py")
    (found,) = discover(folder, (ADA,)).found
    shutil.move(folder / "s017", tmp_path / "away")
    (folder / "s017").symlink_to(tmp_path / "away")
    with pytest.raises(SubmissionRejected, match=r"^s017 is no folder any more$"), opened(found, tmp_path):
        pass


def test_what_a_mac_adds_does_not_hide_the_package(folder, tmp_path):
    """Beside `__MACOSX` the only folder is still the only one."""
    write(folder, "s017/hw/basics.py", "s017/__MACOSX/hw/x")
    (found,) = discover(folder, (ADA,)).found
    with opened(found, tmp_path) as path:
        assert path == folder / "s017/hw"


def test_found_says_all_that_opening_needs():
    """A submission is plain data that another process can open."""
    found = Found("s1", 1, "s1.zip", "", "archive", Path("s1.zip"))
    assert (found.commit, found.inside) == ("", "")
