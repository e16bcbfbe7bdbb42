"""One race at a time on one machine, whoever runs the graders: a file lock. Knows nothing about what is measured."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # no such locks: then the user has to see to it
    fcntl = None  # type: ignore[assignment]

NAME = "grader-race.lock"
WAIT_S = 600.0
LOOK_S = 0.01  # between two looks at a lock that somebody else holds


class Busy(Exception):
    """Another grader has been measuring for longer than `WAIT_S`."""


@contextlib.contextmanager
def alone(folder: Path | None = None, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the machine's lock within this context; the kernel takes it back however its owner ends.

    Args:
        folder: where the lock file lies; the system's folder for temporary files if None.
        wait_s: how long to wait for others.

    Raises:
        Busy: somebody else holds it all that time.
    """
    descriptor = _open((folder or _everybodys()) / NAME)
    if descriptor is None or fcntl is None:
        yield  # a folder without room for a lock: go on as on a machine with one grader
        return
    try:
        end = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() >= end:
                    raise Busy(
                        f"another grader has been measuring on this machine for {wait_s:g} s"
                    ) from error
                time.sleep(LOOK_S)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            time.sleep(2 * LOOK_S)  # so that whoever waits gets it before this process asks again
    finally:
        os.close(descriptor)


def _everybodys() -> Path:
    """Return the folder that all users of the machine share, whatever their own one for temporary files is."""
    shared = Path("/tmp")
    return shared if shared.is_dir() else Path(tempfile.gettempdir())


def _open(path: Path) -> int | None:
    """Open the lock file, or make it; to lock it, reading is enough, so it may belong to another user."""
    for flags in (os.O_RDONLY, os.O_RDONLY | os.O_CREAT):
        with contextlib.suppress(OSError):
            return os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    return None
