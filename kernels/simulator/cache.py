"""Built files by the hash of what they are built from: two builders at once never see half a file."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

VARIABLE = "GRADER_SIMULATOR_CACHE"


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
    return target


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
