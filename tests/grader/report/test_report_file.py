"""Writing a report: under a name that is safe, whole or not at all, and one sentence if it cannot be done."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import made_up
import pytest

from grader.errors import CannotJudge
from grader.report import render_student, write_student


def test_the_file_holds_the_page_and_is_alone_in_a_new_folder(tmp_path: Path) -> None:
    """The folder is made, the name tells week, student and run, and no draft stays beside it."""
    folder = tmp_path / "a" / "reports"
    path = write_student(made_up.mixed(), folder)
    assert path == folder / "week1-s017-2026-11-24-0249-7c19.html"
    assert path.read_text(encoding="utf-8") == render_student(made_up.mixed())
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize(
    ("student", "run_id", "name"),
    [
        ("../../etc/passwd", "r 1", "week1-etc-passwd-r-1.html"),
        ("", "..", "week1-unnamed-unnamed.html"),
        ("a\x00b\ud800/\u202e", "-rf", "week1-a-b-rf.html"),
        ("x" * 500, "r", f"week1-{'x' * 60}-r.html"),
    ],
)
def test_a_hostile_name_stays_inside_the_folder(tmp_path: Path, student: str, run_id: str, name: str) -> None:
    """Whatever student and run are called, the file lies in the folder under a plain name."""
    path = write_student(replace(made_up.week(), student=student, run_id=run_id), tmp_path)
    assert (path.parent, path.name) == (tmp_path, name)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_second_report_of_the_same_run_replaces_the_first(tmp_path: Path) -> None:
    """Writing again leaves one file, the new one."""
    write_student(made_up.mixed(), tmp_path)
    path = write_student(replace(made_up.mixed(), unsafe=True), tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert "UNSAFE" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("call", "number", "reason"),
    [
        ("fsync", errno.ENOSPC, "the disk is full"),
        ("fsync", errno.EDQUOT, "the disk is full"),
        ("replace", errno.EROFS, "the folder is read-only for you"),
        ("mkdir", errno.EACCES, "the folder is read-only for you"),
        ("fsync", errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_a_fault_of_the_disk_is_one_sentence_and_leaves_the_old_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, reason: str
) -> None:
    """A write that fails names the folder and the reason; the report that was there is untouched."""
    folder = tmp_path / "reports"
    old = write_student(made_up.mixed(), folder)
    before = old.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path if call == "mkdir" else os, call, fail)
    with pytest.raises(CannotJudge) as caught:
        write_student(replace(made_up.mixed(), unsafe=True), folder)
    assert str(caught.value) == f"cannot write the report to {folder}: {reason}"
    assert caught.value.exit_code == 4
    monkeypatch.undo()
    assert [(p, p.read_bytes()) for p in folder.iterdir()] == [(old, before)]


def test_a_file_in_place_of_the_folder_is_one_sentence(tmp_path: Path) -> None:
    """A path that is a file, or lies below one, is told as such."""
    (tmp_path / "reports").write_text("x")
    for folder in (tmp_path / "reports", tmp_path / "reports" / "deeper"):
        with pytest.raises(CannotJudge) as caught:
            write_student(made_up.mixed(), folder)
        assert str(caught.value) == f"cannot write the report to {folder}: it is not a folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes into read-only folders")
def test_a_read_only_folder_is_one_sentence(tmp_path: Path) -> None:
    """A folder without write permission is told as read-only."""
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(CannotJudge, match="the folder is read-only for you"):
            write_student(made_up.mixed(), tmp_path)
    finally:
        tmp_path.chmod(0o755)
