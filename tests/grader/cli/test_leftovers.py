"""Temporary folders: one per grader, gone with it, and swept up if it was killed."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.run import leftovers


@pytest.fixture(autouse=True)
def _private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary files of this test lie where nobody else has any."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def dead_pid() -> int:
    """Return the id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def abandoned(folder: Path) -> Path:
    """Make what a killed grader leaves."""
    made = folder / f"{leftovers.PREFIX}{dead_pid()}-x1y2"
    (made / "grader-submission-a" / "snapshot").mkdir(parents=True)
    file = made / "grader-submission-a" / "snapshot" / "basics.py"
    file.write_text("x")
    file.chmod(0o444)
    return made


def test_a_workplace_is_open_to_pass_through_and_gone_at_the_end(tmp_path: Path) -> None:
    """Another user's worker reaches what lies in it by name and cannot list it."""
    with leftovers.workplace() as place:
        assert place.parent == tmp_path
        assert place.stat().st_mode & 0o777 == 0o711
        (place / "folder").mkdir()
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_killed_grader_is_removed_at_the_next_start(tmp_path: Path) -> None:
    """With everything in it, read-only files included; a folder of another kind stays."""
    old = abandoned(tmp_path)
    other = tmp_path / "grader-notes"
    other.mkdir()
    with leftovers.workplace():
        assert not old.exists()
        assert other.exists()


def test_the_folder_of_a_living_grader_stays(tmp_path: Path) -> None:
    """Its process id is alive, or its lock is held although the id is not known here (another container)."""
    with leftovers.workplace() as place:
        assert leftovers.sweep() == []
        assert place.exists()
    locked = abandoned(tmp_path)
    descriptor = os.open(locked, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        assert leftovers.sweep() == []
    finally:
        os.close(descriptor)
    assert leftovers.sweep() == [locked]


def test_links_and_strange_names_are_left_alone(tmp_path: Path) -> None:
    """A link in place of a folder would let somebody choose what is removed."""
    target = tmp_path / "precious"
    target.mkdir()
    (target / "file").write_text("x")
    (tmp_path / f"{leftovers.PREFIX}{dead_pid()}-link").symlink_to(target)
    (tmp_path / f"{leftovers.PREFIX}notanumber").mkdir()
    assert leftovers.sweep() == []
    assert (target / "file").read_text() == "x"


def test_temporary_files_lie_inside_only_within_the_context(tmp_path: Path) -> None:
    """The folder of the system is back afterwards; and None changes nothing."""
    with leftovers.workplace() as place:
        room = leftovers.open_room(place)
        assert room is not None
        assert room.stat().st_mode & 0o7777 == 0o1777
        with leftovers.inside(room):
            assert tempfile.gettempdir() == str(room)
        assert tempfile.gettempdir() == str(tmp_path)
        with leftovers.inside(None):
            assert tempfile.gettempdir() == str(tmp_path)
