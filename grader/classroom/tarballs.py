"""Unpacks a tar, plain or compressed, forwards only: `tarfile` reads headers, and gets no more than the bounds give.

A header with numbers that lead backwards, a header that claims to be gigabytes long, data that unpacks without end and
a tape that stops in the middle all end with one exception.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from typing import IO, Any, cast

from grader.classroom.unpacked import Unpacked
from grader.errors import SubmissionRejected

_CHUNK = 1 << 16
_MAX_HEADER = 1 << 20  # what is read at once: data goes in chunks, so this is a header with a long name
_OPENERS: dict[str, Callable[[Any], Any]] = {
    "gzip": lambda stream: gzip.GzipFile(fileobj=stream, mode="rb"),
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}


def unpack_tar(stream: IO[bytes], kind: str, out: Unpacked, allowed: float) -> None:
    """Unpack the sources in a tar.

    Args:
        stream: The archive, at its beginning.
        kind: "tar", "gzip", "bzip2" or "xz".
        out: Where to.
        allowed: How many bytes may come out of the compression.

    Raises:
        SubmissionRejected: a bound is passed.
        CannotJudge: the disk is full.
        Exception: whatever a decoder raises for an archive that is damaged.
    """
    plain = stream if kind == "tar" else cast(IO[bytes], _OPENERS[kind](stream))
    tape = _Tape(plain, out, None if kind == "tar" else allowed)
    with tarfile.TarFile(fileobj=tape, mode="r") as archive:  # type: ignore[arg-type]
        for member in archive:
            _take(archive, member, out)
    if tape.last.strip(b"\0"):
        raise ValueError("what follows its last whole file cannot be read")
    if kind != "tar":
        while tape.read(_CHUNK):  # to the checksum
            pass


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, out: Unpacked) -> None:
    if member.size < 0:
        raise ValueError("a header claims a size below zero")
    parts = out.accept(member.name)
    if not parts:
        return
    if member.isdir():
        out.folder(parts)
    elif member.isreg():
        out.file(parts, _chunks(archive, member))
    else:
        out.leave(member.name, "a link or a device")


def _chunks(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    with cast("io.BufferedReader", archive.extractfile(member)) as stream:
        left = member.size
        while left > 0:
            data = stream.read(min(_CHUNK, left))
            if not data:
                raise ValueError("it ends in the middle of a file")
            left -= len(data)
            yield data


class _Tape:
    """A stream that moves forwards only and counts what comes out of a compression."""

    def __init__(self, stream: IO[bytes], out: Unpacked, allowed: float | None) -> None:
        self._stream = stream
        self._out = out
        self._allowed = allowed  # None: nothing is compressed, so what is passed over costs nothing
        self._at = 0
        self.last = b""  # what was read last

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if not 0 <= size <= _MAX_HEADER:
            raise ValueError(f"a header claims {size} bytes")
        data = self._stream.read(size)
        self._at += len(data)
        self._count(len(data))
        self.last = data
        return data

    def seek(self, position: int) -> int:
        """Go forwards."""
        if position < self._at:
            raise ValueError("a header leads backwards")
        if self._allowed is None:
            self._at = self._stream.seek(position)
        while self._at < position:
            data = self._stream.read(min(_CHUNK, position - self._at))
            if not data:
                break
            self._at += len(data)
            self._count(len(data))
        return self._at

    def tell(self) -> int:
        """Return how many bytes lie behind."""
        return self._at

    def _count(self, size: int) -> None:
        if self._allowed is None:
            return
        self._allowed -= size
        if self._allowed < 0:
            raise SubmissionRejected(f"{self._out.source} unpacks to far more than its own size")
        self._out.count(size)
