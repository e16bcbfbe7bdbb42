"""Built files by the hash of what they are built from: two builders at once never see half a file.

What was not used for longest goes when the folder has grown too large; a build looks, once in an hour.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

VARIABLE = "GRADER_SIMULATOR_CACHE"
KEEP_BYTES = 512 << 20
TEXTS = "text"  # folder of sources that came as text
STAMP = ".trimmed"  # when it was looked last
EVERY_S = 3600.0
RECENT_S = 600.0  # whoever was given a path so lately may not have loaded it yet


def cache_root(cache: Path | None = None) -> Path:
    """Return the cache folder: the argument, else the environment's, else the user's cache folder."""
    if cache is not None:
        return cache
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "grader" / "simulator"


def digest(parts: Iterable[str | bytes]) -> str:
    """Return a hash of the parts, in hex; their boundaries count."""
    state = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        state.update(f"{len(data)}:".encode() + data)
    return state.hexdigest()[:32]


def folder_digest(folder: Path) -> str:
    """Return a hash of every file below ``folder``."""
    stamp = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in _files(folder))
    return _files_digest(folder, stamp)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@functools.lru_cache(maxsize=16)
def _files_digest(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> str:
    del stamp  # tells one state of the folder from another
    return digest(
        part for path in _files(folder) for part in (str(path.relative_to(folder)), path.read_bytes())
    )


def build_once(root: Path, key: str, name: str, build: Callable[[Path], None]) -> Path:
    """Return ``root/key/name``, built if it is not there.

    Args:
        root: Cache folder.
        key: Hash of everything that the file depends on.
        name: Name of the file.
        build: Called with an empty folder, in which it writes ``name`` and whatever else belongs to it. Not called
            when another process has built the file in the meantime.
    """
    target = root / key / name
    if target.is_file():
        note_use(target.parent)
        return target
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / f"{key}.lock"):
        if target.is_file():
            return target
        draft = Path(tempfile.mkdtemp(dir=root, prefix=f".{key}-"))
        try:
            build(draft)
            shutil.rmtree(
                target.parent, ignore_errors=True
            )  # left behind without the file by an older version
            draft.rename(target.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    if _is_due(root / STAMP):
        trim(root)
    return target


def note_use(folder: Path) -> None:
    """Count an entry as used now."""
    with contextlib.suppress(OSError):  # somebody else's cache, which can only be read
        os.utime(folder)


def _is_due(stamp: Path) -> bool:
    """Tell whether nobody has looked at the folder for an hour, and note that somebody does now."""
    with contextlib.suppress(OSError):
        if stamp.stat().st_mtime > time.time() - EVERY_S:
            return False
    with contextlib.suppress(OSError):
        stamp.touch()
    return True


def trim(root: Path, keep_bytes: int = KEEP_BYTES) -> int:
    """Remove the entries that were not used for longest until `keep_bytes` are left; return how many went.

    Entries that were used within the last minutes stay, and so do the files of locks.
    """
    entries = []
    for folder in (*root.glob("*"), *root.glob(f"{TEXTS}/*")):
        with contextlib.suppress(OSError):
            if folder.is_dir() and folder.name != TEXTS:
                size = sum(path.stat().st_size for path in folder.rglob("*"))
                entries.append((folder.stat().st_mtime, size, folder))
    total, removed = sum(size for _, size, _ in entries), 0
    for used, size, folder in sorted(entries):
        if total <= keep_bytes or used > time.time() - RECENT_S:
            break
        shutil.rmtree(folder, ignore_errors=True)
        total -= size
        removed += 1
    return removed


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
