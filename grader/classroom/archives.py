"""Unpacks what a student has handed in as one file: zip, tar, and tar within gzip, bzip2 or xz.

Everything in an archive is a claim of somebody who may mean harm. What a header says about sizes is not believed: every
byte is counted when it has been unpacked, and what cannot be a source is not unpacked at all where the format allows.
Links, devices and archives in an archive stay where they are. Bounds are those of `unpacked`, and here: the size of
the archive, the size of a zip's list of names, and `MAX_RATIO` between what comes out and what went in.

Not covered: a hole in the standard library's decompressors themselves.
"""

from __future__ import annotations

import errno
import io
import math
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from grader.classroom.tarballs import unpack_tar
from grader.classroom.unpacked import MAX_DEPTH, Unpacked, is_junk
from grader.errors import CannotJudge, GraderError, SubmissionRejected
from grader.worker.submission import MAX_ENTRIES, shown

__all__ = ["MAX_DEPTH", "ending", "is_junk", "opened_zip", "reason", "unpack"]

MAX_ARCHIVE_BYTES = 200 << 20
MAX_RATIO = 100  # bytes out for one byte in, looked at from `RATIO_FROM` bytes on
RATIO_FROM = 10 << 20
_LIST_BYTES = 256  # of a zip's list of names, for each name it may have
_CHUNK = 1 << 16
_KINDS = {
    ".zip": "zip",
    ".tar": "tar",
    ".tar.gz": "gzip",
    ".tgz": "gzip",
    ".tar.bz2": "bzip2",
    ".tbz2": "bzip2",
    ".tar.xz": "xz",
    ".txz": "xz",
}
_MAGIC = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
}


def ending(name: str) -> str:
    """Return the end of a file name that says it is an archive of a kind that is taken, or an empty string."""
    lower = name.lower()
    found = max((kind for kind in _KINDS if lower.endswith(kind)), key=len, default="")
    return name[len(name) - len(found) :] if found else ""


def reason(error: BaseException) -> str:
    """Return in a few words why an archive cannot be read."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    words = " ".join(shown(str(error)).split())[:120]
    return words or type(error).__name__


def unpack(path: Path, target: Path, inside: str = "", source: str = "") -> tuple[str, ...]:
    """Unpack the sources in an archive into `target`, a folder that exists and is empty.

    Args:
        path: The archive.
        target: Where to; what is written there when this raises is the caller's to remove.
        inside: For a zip: the folder in it that is meant, with a slash at the end, or an archive in it.
        source: What sentences call it; by default its name.

    Returns:
        what was left out, with reasons: "hw/run (a link or a device)".

    Raises:
        SubmissionRejected: damaged, encrypted, of another kind than its name says, beyond a bound, naming a place
            outside of itself, or without any source file.
        CannotJudge: the disk is full, or the archive is gone.
    """
    out = Unpacked(target, f"the archive {source or shown(path.name)}")
    try:
        with _damage(out):
            if inside.endswith("/"):
                with opened_zip(path, None) as archive:
                    _unpack_zip(archive, inside, out, math.inf)
            elif inside:
                with _taken_out(path, inside, out) as copy:
                    _unpack(copy, inside, out)
            else:
                with path.open("rb") as stream:
                    _unpack(stream, path.name, out)
    except OSError as error:
        raise CannotJudge(f"{out.source} cannot be unpacked: {error.strerror}") from None
    if not out.files:
        raise SubmissionRejected(f"{out.source} holds no source file; archives in it are not opened")
    return out.notes


def opened_zip(
    file: Path | IO[bytes], max_entries: int | None = MAX_ENTRIES, source: str = "the archive"
) -> zipfile.ZipFile:
    """Open a zip whose list of names is not longer than that of `max_entries` names may be; closing it closes `file`.

    Raises:
        SubmissionRejected: it is longer.
        OSError: the file cannot be read.
        Exception: whatever `zipfile` raises for an archive that is damaged.
    """
    stream = file.open("rb") if isinstance(file, Path) else file
    metered = _Metered(stream, None if max_entries is None else max_entries * _LIST_BYTES)
    try:
        archive = _Zip(metered)
    except _TooLong:
        raise SubmissionRejected(f"{source} holds more than {max_entries:,} files and folders") from None
    finally:
        metered.left = None
    return archive


@contextmanager
def _damage(out: Unpacked) -> Iterator[None]:
    """Turn whatever a decoder raises for damaged data into one sentence."""
    try:
        yield
    except (GraderError, FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        raise SubmissionRejected(f"{out.source} is damaged: {reason(error)}") from None


class _TooLong(Exception):
    """More was asked for than the list of names may take."""


class _Metered(io.BufferedIOBase):
    """A file that gives at most `left` bytes: so a zip's list of names is bounded before it is in memory."""

    def __init__(self, stream: IO[bytes], left: int | None) -> None:
        self._stream = stream
        self.left = left

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = -1 if size is None else size
        if self.left is None:
            return self._stream.read(wanted)
        data = self._stream.read(wanted if 0 <= wanted <= self.left else self.left + 1)
        self.left -= len(data)
        if self.left < 0:
            raise _TooLong
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Zip(zipfile.ZipFile):
    """A zip that closes the file that it was given."""

    def __init__(self, file: _Metered) -> None:
        self._file = file
        super().__init__(file)

    def close(self) -> None:
        super().close()
        self._file.close()


def _unpack(stream: IO[bytes], name: str, out: Unpacked) -> None:
    """Unpack a whole archive, of the kind that its name says."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > MAX_ARCHIVE_BYTES:
        raise SubmissionRejected(
            f"{out.source} has {size / (1 << 20):,.0f} MiB; at most {MAX_ARCHIVE_BYTES >> 20} MiB are taken"
        )
    if not size:
        raise SubmissionRejected(f"{out.source} is empty")
    says, begins = _KINDS.get(ending(name).lower(), ""), _kind(stream.read(512))
    stream.seek(0)
    if says != begins and (begins or says != "tar"):  # an old tar has no mark of its own
        found = f"begins like {begins}" if begins else "begins like nothing that is known here"
        raise SubmissionRejected(f"{out.source} is no {says} archive: it {found}")
    allowed = max(size * MAX_RATIO, RATIO_FROM)
    if says == "zip":
        with opened_zip(stream, source=out.source) as archive:
            _unpack_zip(archive, "", out, allowed)
    else:
        unpack_tar(stream, says, out, allowed)


def _kind(start: bytes) -> str:
    if start[257:262] == b"ustar":
        return "tar"
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")


def _unpack_zip(archive: zipfile.ZipFile, below: str, out: Unpacked, allowed: float) -> None:
    read = 0
    for info in archive.infolist():
        if not info.orig_filename.startswith(below):
            continue
        name = info.orig_filename[len(below) :]
        parts = out.accept(name)
        mode = stat.S_IFMT(info.external_attr >> 16)
        if not parts:
            continue
        if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
            out.leave(name, "a link or a device")
        elif name.endswith("/"):
            out.folder(parts)
        elif info.flag_bits & 1:
            raise SubmissionRejected(f"{out.source} is encrypted")
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SubmissionRejected(
                f"{out.source} is packed in a way that is not taken (method {info.compress_type})"
            )
        else:
            read += _write(archive, info, parts, out)
            if read > allowed:
                raise SubmissionRejected(f"{out.source} unpacks to more than {MAX_RATIO} times its own size")


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, parts: tuple[str, ...], out: Unpacked) -> int:
    """Write one file; return how much was unpacked for it."""
    sizes: list[int] = []

    def chunks() -> Iterator[bytes]:
        with archive.open(info) as stream:
            while data := stream.read(_CHUNK):
                sizes.append(len(data))
                yield data

    out.file(parts, chunks())
    return sum(sizes)


def _taken_out(path: Path, inside: str, out: Unpacked) -> IO[bytes]:
    """Return a copy of an archive in an archive, which is one file of a class's download."""
    with ExitStack() as stack:
        copy = stack.enter_context(tempfile.TemporaryFile())
        archive = stack.enter_context(opened_zip(path, None))
        with archive.open(inside) as stream:
            try:
                shutil.copyfileobj(_Metered(stream, MAX_ARCHIVE_BYTES), copy)
            except _TooLong:
                limit = f"{MAX_ARCHIVE_BYTES >> 20} MiB"
                raise SubmissionRejected(f"{out.source} has more than the {limit} that are taken") from None
        archive.close()
        stack.pop_all()
        return copy
