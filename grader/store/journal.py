"""The journal of one run: a file to which each check is added, on the disk before the next check begins.

Covered: the writer may be killed between any two instructions, the machine may lose power, the disk may fill
up; each check for which `add` returned is still there, and a line that was being written is dropped. Not
covered: a file that somebody edits or deletes. Whoever writes a journal holds a lock on it, which the kernel
takes back when the process ends, however it ends: so a running run and a cut-off one are told apart.

Knows nothing about SQL.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.errors import CannotJudge
from grader.result import CheckResult, Result, check_from_json, check_to_json
from grader.store.lines import decode_lines, encode_line
from grader.store.records import RunHeader

_CLAIM_S = 2.0  # somebody who looks whether a run is alive holds its lock for microseconds


@dataclass(frozen=True)
class JournalState:
    """What a journal holds."""

    path: Path
    header: RunHeader
    checks: dict[tuple[str, str], CheckResult] = field(
        default_factory=dict
    )  # (task id, check name), in order
    result: Result | None = None  # of a finished run
    finished_at: str = ""  # ISO 8601, UTC
    damaged_lines: int = 0


def read_journal(path: Path) -> JournalState | None:
    """Return what the journal at `path` holds, None if not even its header was written.

    Raises:
        OSError: the file cannot be read.
    """
    content = _Content()
    for line in decode_lines(path.read_bytes()):
        try:
            content.take(line)
        except (KeyError, TypeError, ValueError):  # whole, but of a version that this one does not know
            content.damaged_lines += 1
    if content.header is None:
        return None
    return JournalState(
        path, content.header, content.checks, content.result, content.finished_at, content.damaged_lines
    )


@dataclass
class _Content:
    header: RunHeader | None = None
    checks: dict[tuple[str, str], CheckResult] = field(default_factory=dict)
    result: Result | None = None
    finished_at: str = ""
    damaged_lines: int = 0

    def take(self, line: dict[str, Any] | None) -> None:
        """Add what one line says; a later line about the same thing counts."""
        match line:
            case {"header": dict() as data}:
                self.header = RunHeader.from_json(data)
            case {"task": str() as task_id, "check": dict() as data}:
                check = check_from_json(data)
                self.checks[task_id, check.name] = check
            case {"result": dict() as data, "finished_at": str() as finished_at}:
                self.result, self.finished_at = Result.from_json(data), finished_at
            case None:
                self.damaged_lines += 1


def is_being_written(path: Path) -> bool:
    """Return whether a living process holds the journal at `path` open for writing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


class Journal:
    """A run that is being made; closing it without `finish` leaves a cut-off run that can be resumed."""

    def __init__(
        self, descriptor: int, path: Path, state: JournalState, on_finish: Callable[[Result, str], None]
    ) -> None:
        self._descriptor = descriptor
        self._path = path
        self._done = set(state.checks)
        self._on_finish = on_finish
        self._writing = threading.Lock()
        self.header = state.header

    def add(self, task_id: str, check: CheckResult) -> None:
        """Record one finished check; it is on the disk when this returns. Threads may call it at once.

        Raises:
            CannotJudge: the journal cannot be written; what was recorded before is kept.
        """
        self._append(encode_line({"task": task_id, "check": check_to_json(check)}))
        self._done.add((task_id, check.name))

    def finish(self, result: Result) -> None:
        """Record the result of the whole run, in the journal and then in the database, and close.

        Raises:
            ValueError: a result of another run, or one that is not complete; a run that was cut off is not
                finished, it is closed and can be resumed.
            CannotJudge: the journal or the database cannot be written. What the journal holds goes into the
                database when the store is opened the next time.
        """
        if result.run_id != self.header.run_id:
            raise ValueError(f"run_id ({result.run_id!r}) must be {self.header.run_id!r}")
        if not result.complete:
            raise ValueError(
                f"run {result.run_id} is not complete: close its journal instead of finishing it"
            )
        finished_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._append(encode_line({"result": result.to_json(), "finished_at": finished_at}))
        self._on_finish(result, finished_at)
        self.close()

    def close(self) -> None:
        """Let go of the journal; may be called more than once."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append(self, line: bytes) -> None:
        if self._descriptor < 0:
            raise ValueError(f"the journal of run {self.header.run_id} is closed")
        try:
            with self._writing:
                append_durably(self._descriptor, line)
        except OSError as error:
            raise CannotJudge(self._cannot_write(error)) from error

    def _cannot_write(self, error: OSError) -> str:
        cause = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror
        return (
            f"{self._path} cannot be written: {cause}. What was finished before is kept ({len(self._done)} "
            f"of {self.header.checks_planned} checks); the same command, given again, goes on from there."
        )


def append_durably(descriptor: int, line: bytes) -> None:
    """Append `line` and wait until the disk has it; a line that does not fit is taken back.

    Raises:
        OSError: the line was not written.
        KeyboardInterrupt: neither.
    """
    size = os.fstat(descriptor).st_size
    try:
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except BaseException:  # Ctrl-C too: what is added next must begin on a line of its own
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def create_journal(path: Path, header: RunHeader) -> int:
    """Create the journal of a new run, locked, with its header on the disk; return its descriptor.

    Raises:
        OSError: the file exists or cannot be written; then it is not left behind.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        append_durably(descriptor, encode_line({"header": header.to_json(), "pid": os.getpid()}))
        _sync_folder(path.parent)
    except OSError:
        os.close(descriptor)
        path.unlink()
        raise
    return descriptor


def claim_journal(state: JournalState) -> int:
    """Lock the journal of a cut-off run in order to go on with it; return its descriptor.

    Raises:
        CannotJudge: another process has it, or has gone on with it since `state` was read.
        OSError: the file cannot be opened or written.
    """
    descriptor = os.open(state.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    try:
        _lock_soon(descriptor, state)
        if read_journal(state.path) != state:
            raise CannotJudge(
                f"Run {state.header.run_id} was continued by another process; look at it again."
            )
        # the line feed ends a line that was torn when the run was cut off
        append_durably(descriptor, b"\n" + encode_line({"resumed_by": os.getpid()}))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _lock_soon(descriptor: int, state: JournalState) -> None:
    deadline = time.monotonic() + _CLAIM_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise CannotJudge(
                    f"Run {state.header.run_id} is being continued by another process."
                ) from None
            time.sleep(0.01)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
