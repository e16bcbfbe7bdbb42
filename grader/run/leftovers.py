"""A temporary folder per grader process, and the removal of those whose grader was killed.

Everything that a run needs for a while (the copy of the submission, random checkpoints, the canary's place) lies in
one folder `grader-run-PID-...` that is locked as long as its owner lives; the kernel takes the lock back however the
owner ends. Covered: `kill -9` at any moment, a process id that is used again, other users' folders (never touched),
links in place of folders (never followed). Not covered: a folder whose number belongs to a living process of
another kind stays until that one has ended. Knows nothing about what lies in the folders.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "grader-run-"


@contextmanager
def workplace() -> Iterator[Path]:
    """Remove what killed graders have left, and give a temporary folder that ends with this context."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    descriptor = -1
    try:
        folder.chmod(0o711)  # a worker with another user id passes through, but cannot look around
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        with suppress(OSError):  # a file system without locks: the process id has to do
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if descriptor >= 0:
            os.close(descriptor)


def open_room(place: Path | None) -> Path | None:
    """Return a folder in `place` with the rights that the system's one has: everybody may write into it.

    For the canary, which has to find that only the sandbox keeps it from doing so.
    """
    if place is None:
        return None
    room = place / "open"
    room.mkdir(exist_ok=True)
    room.chmod(0o1777)
    return room


@contextmanager
def inside(folder: Path | None) -> Iterator[None]:
    """Let temporary files and folders that are made within this context lie in `folder`; None changes nothing."""
    before = tempfile.tempdir
    if folder is not None:
        tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def sweep() -> list[Path]:
    """Remove the folders of graders that do not live any more, and return them."""
    found = [path for path in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")) if _is_abandoned(path)]
    for path in found:
        shutil.rmtree(path, ignore_errors=True)
    return found


def _is_abandoned(path: Path) -> bool:
    owner = path.name.removeprefix(PREFIX).partition("-")[0]
    # between the making of a folder and its lock only the number tells that somebody owns it
    if not owner.isdecimal() or _is_alive(int(owner)):
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid():
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # locked by an owner whose process ids are not ours (another container), or no locks
        return False
    finally:
        os.close(descriptor)
    return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
