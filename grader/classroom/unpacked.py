"""A folder that sources from an archive or a repository are written to, and every bound on what gets there.

Only files that a submission could consist of are written; of the rest the folders are, because where the package lies
is found by them. A file larger than a submission's may be stands for itself, empty and too large, so that grading
names it as it does in a folder.

Covered: names outside of the folder, names that cannot be printed, depth, number, size of each and of all counted while
they are written and never as somebody claims, two files of one name, permissions, a full disk. The folder has to be
new, and nobody else's to write in. Not covered: what a source file says.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable
from pathlib import Path

from grader.errors import CannotJudge, SubmissionRejected
from grader.worker.submission import MAX_ENTRIES, MAX_FILE_BYTES, shown

MAX_TOTAL_BYTES = 200 << 20  # read and unpacked, written or not
MAX_DEPTH = 32
MAX_NAME_BYTES = 200
MAX_NOTES = 50

SOURCES = frozenset({".py", ".cpp", ".h", ".hpp", ".metal"})
MARKERS = frozenset({"pyvenv.cfg"})  # a folder that holds it is no part of a submission: it has to stay known
JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini", "__pycache__"})
_SHOWN = 80  # characters of a name in a sentence


def is_junk(name: str) -> bool:
    """Tell whether a file or folder is one that systems leave behind: hidden, or one of `JUNK`."""
    return name.startswith(".") or name.lower() in JUNK


class Unpacked:
    """The folder at `target`, which exists and is empty, on its way to hold a submission."""

    def __init__(self, target: Path, source: str) -> None:
        self.target = target
        self.source = source  # the archive, as sentences call it
        self.files = 0
        self._entries = 0
        self._bytes = 0
        self._notes: list[str] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, and why."""
        more = len(self._notes) - MAX_NOTES
        return (*self._notes[:MAX_NOTES], *([f"and {more} more"] if more > 0 else []))

    def accept(self, name: str) -> tuple[str, ...]:
        """Return where an entry belongs, as names of folders and its own, or nothing if it is left out.

        Raises:
            SubmissionRejected: the name leads out of the folder, or there are more than `MAX_ENTRIES` entries.
        """
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise SubmissionRejected(f"{self.source} holds more than {MAX_ENTRIES:,} files and folders")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts or re.match(r"[A-Za-z]:", name):
            raise SubmissionRejected(f'{self.source} names "{_short(name)}", which lies outside of it')
        if "\\" in name:
            raise SubmissionRejected(
                f'{self.source} names "{_short(name)}", with a backslash: pack it with "/"'
            )
        if any(is_junk(part) for part in parts):
            return ()
        if shown(name) != name:
            return self._leave(name, "its name has characters that cannot be printed")
        if len(parts) > MAX_DEPTH:
            return self._leave(name, f"deeper than {MAX_DEPTH} folders")
        if any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
            return self._leave(name, f"its name is longer than {MAX_NAME_BYTES} bytes")
        return tuple(parts)

    def leave(self, name: str, reason: str) -> None:
        """Note that an entry is left out."""
        self._leave(name, reason)

    def count(self, size: int) -> None:
        """Add bytes that were read or unpacked, written or not.

        Raises:
            SubmissionRejected: they are more than `MAX_TOTAL_BYTES`.
        """
        self._bytes += size
        if self._bytes > MAX_TOTAL_BYTES:
            raise SubmissionRejected(f"{self.source} unpacks to more than {MAX_TOTAL_BYTES >> 20} MiB")

    def folder(self, parts: tuple[str, ...]) -> None:
        """Make a folder and those around it."""
        path = self.target
        for part in parts:
            path = path / part
            try:
                os.mkdir(path, 0o755)
            except FileExistsError:
                if not path.is_dir():
                    raise SubmissionRejected(
                        f'{self.source} names "{_short("/".join(parts))}" both as a file and as a folder'
                    ) from None
            except OSError as error:
                raise self._unwritten(error) from None

    def file(self, parts: tuple[str, ...], chunks: Iterable[bytes]) -> None:
        """Write a file, if it could be a source; of any other one `chunks` is not touched.

        Raises:
            SubmissionRejected: there is one of this name, or a bound is passed.
            CannotJudge: the disk is full.
        """
        self.folder(parts[:-1])
        name = parts[-1]
        if Path(name).suffix not in SOURCES and name not in MARKERS:
            return
        path = self.target.joinpath(*parts)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        except FileExistsError:
            raise SubmissionRejected(
                f'{self.source} holds "{_short("/".join(parts))}" twice: which one counts cannot be said'
            ) from None
        except OSError as error:
            raise self._unwritten(error) from None
        try:
            self._fill(descriptor, chunks)
        finally:
            os.close(descriptor)
        self.files += name not in MARKERS

    def _fill(self, descriptor: int, chunks: Iterable[bytes]) -> None:
        written = 0
        for chunk in chunks:
            self.count(len(chunk))
            written += len(chunk)
            try:
                if written > MAX_FILE_BYTES:
                    os.ftruncate(descriptor, 0)
                    os.ftruncate(descriptor, MAX_FILE_BYTES + 1)  # takes no space
                    return
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
            except OSError as error:
                raise self._unwritten(error) from None

    def _leave(self, name: str, reason: str) -> tuple[str, ...]:
        self._notes.append(f"{_short(name)} ({reason})")
        return ()

    def _unwritten(self, error: OSError) -> CannotJudge:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return CannotJudge(f"the disk is full: {self.source} cannot be unpacked")
        return CannotJudge(f"{self.source} cannot be unpacked: {error.strerror}")


def _short(name: str) -> str:
    text = shown(name[: _SHOWN + 1])
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
