"""Writes a file whole or not at all; a file that is there is replaced.

Covered: a reader, or a kill at any moment, sees the old file or the new one, never a part. Knows nothing about what
is written.
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from grader.errors import CannotJudge, UsageError


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` through a file beside it.

    Raises:
        UsageError: the folder of `path` does not exist, or `path` is a folder.
        CannotJudge: the disk is full or read-only.
    """
    if path.is_dir():
        raise UsageError(f"{path} cannot be written: it is a folder; give the name of a file in it")
    try:
        _replace(path, content)
    except OSError as error:
        raise _explained(error, path) from error


def _replace(path: Path, content: bytes) -> None:
    umask = os.umask(0)
    os.umask(umask)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o666 & ~umask)  # the rights that a plainly written file would have
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _explained(error: OSError, path: Path) -> CannotJudge | UsageError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return UsageError(f"{path} cannot be written: there is no folder {path.parent}")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotJudge(f"{path} cannot be written: the disk is full")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return CannotJudge(f"{path} cannot be written: the folder is read-only")
    return CannotJudge(f"{path} cannot be written: {error.strerror}")
