"""Objects and modules by the hash of what went into them, shared by all runs of a user.

Only the grader writes here, after the compiler has ended: into a file of another name, which is then renamed, so that
a reader sees all of it or nothing. Who builds a key holds its lock; others wait and find it. Old entries go when the
folder has grown too large.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEEP_BYTES = 2 << 30


class Cache:
    """A folder of files named by keys.

    Args:
        root: made if it is not there.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = root

    def path(self, key: str, suffix: str) -> Path:
        """Return where an entry lies, or would."""
        return self._root / key[:2] / f"{key}{suffix}"

    def folder(self, name: str) -> Path:
        """Return a folder beside the entries, for what keeps its own order; it is not trimmed."""
        return self._root.with_name(f"{self._root.name}-{name}")

    def get(self, key: str, suffix: str) -> Path | None:
        """Return an entry's file if it is there, and count it as used now."""
        path = self.path(key, suffix)
        try:
            os.utime(path)
        except OSError:
            return None
        return path

    def put(self, key: str, suffix: str, source: Path | bytes) -> Path:
        """Store a copy of a file, or bytes.

        Raises:
            OSError: the folder cannot be written, or the disk is full.
        """
        path = self.path(key, suffix)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{id(source):x}")
        try:
            if isinstance(source, bytes):
                draft.write_bytes(source)
            else:
                shutil.copyfile(source, draft)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        return path

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Let one process or thread at a time make an entry."""
        path = self.path(key, ".lock")
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def trim(self, keep_bytes: int = KEEP_BYTES) -> int:
        """Remove what was not used for longest until `keep_bytes` are left; return how many files went."""
        entries = []
        for path in self._root.glob("*/*"):
            with contextlib.suppress(OSError):
                state = path.stat()
                entries.append((state.st_mtime, state.st_size, path))
        total, removed = sum(size for _, size, _ in entries), 0
        for _, size, path in sorted(entries, key=lambda entry: entry[0]):
            if total <= keep_bytes:
                break
            if path.suffix == ".lock":  # somebody may hold it
                continue
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size
                removed += 1
        return removed
