"""Builds a submission's Metal files for the GPU of a Mac, with Apple's compiler, in the build sandbox; kept by content.

The steps are those of MLX's guide for extensions: each file becomes an .air file, and those that compile become one
library, so that a broken one costs the kernels in it and no other. It lies beside the module under every name that the
sources ask for. UNTESTED: written from Apple's and MLX's documentation, never run on a Mac. Runs nothing of a
submission.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.errors import CannotJudge
from kernels.apple import developer_folder

from . import build_messages as messages
from .build_cache import Cache
from .build_metal import WALL_S, MetalFile, fill, metal_files, mlx_headers
from .build_process import Ended, Limits, run
from .build_units import visible

__all__ = ["SUFFIX", "compile_all", "digest", "no_compiler", "place"]

SUFFIX, NAMES = ".metallib", ".names"  # in the cache
METAL = ("/usr/bin/xcrun", "-sdk", "macosx", "metal")
OPTIONS = ("-fno-fast-math",)  # as MLX compiles its own kernels
OURS = "kernels"  # the library that kernels/metal.h asks for
ASKED_FOR = re.compile(rb'\b(?:get|register)_library\s*\(\s*"([\w.-]{1,80})"')
PROBE_S = 60.0
_AIR = ".air"


def no_compiler() -> str:
    """Return why Metal files cannot be compiled on this Mac; empty if they can."""
    if _tool():
        return ""
    return "xcrun finds no compiler for Metal: install Xcode, or its component Metal Toolchain"


def digest(files: Mapping[str, bytes]) -> str:
    """Return a hash of the compiler, if any file is Metal and there is one; empty otherwise."""
    if not metal_files(files) or not _tool():
        return ""
    return hashlib.sha256("\0".join([*_version(), *OPTIONS]).encode()).hexdigest()


def compile_all(files: Mapping[str, bytes], cache: Cache, unsafe: bool = False) -> dict[str, MetalFile]:
    """Compile every Metal file and put those that compile into one library; none where there is no compiler.

    Raises:
        CannotJudge: no verdict about one of them is possible.
    """
    names = metal_files(files) if _tool() else []
    compiled = {name: _compile(name, files, cache, unsafe) for name in names}
    if not compiled:
        return {}
    parts = [*(file.key for file in compiled.values() if file.library), "", *asked_for(files)]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    library, errors = _library(key, compiled, files, cache, unsafe)
    return {
        name: MetalFile(name, key, library if not file.errors else None, file.errors or errors)
        for name, file in compiled.items()
    }


def place(record: Mapping[str, Any], cache: Cache, target: Path) -> None:
    """Put the library beside the module, under every name by which its op looks for it.

    Args:
        record: Metal file -> the key of the library, and the file's errors.
        cache: Has the library.
        target: The module's folder.
    """
    for key in {found["key"] for found in record.values() if not found["errors"]}:
        for name in json.loads(cache.path(key, NAMES).read_text()):
            copy = target / f"{name}{SUFFIX}"
            copy.write_bytes(cache.path(key, SUFFIX).read_bytes())
            copy.chmod(0o444)


def asked_for(files: Mapping[str, bytes]) -> list[str]:
    """Return the names of libraries that sources ask for, ours among them."""
    found = {m.group(1).decode() for text in files.values() for m in ASKED_FOR.finditer(text)}
    return sorted({OURS, *found})


def compile_line(name: str, includes: Sequence[str]) -> list[str]:
    """Return the command that compiles one Metal file, as MLX's `mlx_build_metallib` has it."""
    searched = [f"-I{path}" for path in (".", *includes)]
    return [*METAL, *searched, *OPTIONS, "-c", name, "-o", f"../out/library{_AIR}"]


def link_line(objects: Sequence[str]) -> list[str]:
    """Return the command that makes a library of compiled files."""
    return [*METAL, *objects, "-o", f"../out/library{SUFFIX}"]


def _compile(name: str, files: Mapping[str, bytes], cache: Cache, unsafe: bool) -> MetalFile:
    seen = {**visible(files[name], files), name: files[name]}
    line = compile_line(name, mlx_headers())
    state = hashlib.sha256("\0".join([*line, *_version()]).encode())
    for path in sorted(seen):
        state.update(f"\0{path}\0{len(seen[path])}\0".encode() + seen[path])
    key = state.hexdigest()
    with cache.locked(key):
        known, refusal = cache.get(key, _AIR), cache.get(key, ".json")
        if known is not None:
            return MetalFile(name, key, known)
        if refusal is not None:
            return MetalFile(name, key, None, json.loads(refusal.read_text())["errors"])
        made, ended = _run(line, seen, f"library{_AIR}", unsafe)
        if made is not None:
            return MetalFile(name, key, cache.put(key, _AIR, made))
        errors = _errors(name, ended, seen)
        if ended.in_time and ended.status > 0:
            cache.put(key, ".json", json.dumps({"errors": errors}).encode())
        return MetalFile(name, key, None, errors)


def _library(
    key: str, compiled: Mapping[str, MetalFile], files: Mapping[str, bytes], cache: Cache, unsafe: bool
) -> tuple[Path | None, str]:
    """Return the library of what compiles, or None and why there is none."""
    objects = {f"{i}{_AIR}": f.library for i, f in enumerate(compiled.values()) if f.library is not None}
    with cache.locked(key):
        library = cache.get(key, SUFFIX)
        if library is None and objects:
            contents = {name: path.read_bytes() for name, path in objects.items()}
            made, ended = _run(link_line([*objects]), contents, f"library{SUFFIX}", unsafe)
            if made is None:
                return None, f"the Metal files do not make a library: {_errors('', ended, {})}"
            library = cache.put(key, SUFFIX, made)
        if library is not None:
            cache.put(key, NAMES, json.dumps(asked_for(files)).encode())
    return library, ""


def _run(
    line: Sequence[str], files: Mapping[str, bytes], name: str, unsafe: bool
) -> tuple[bytes | None, Ended]:
    with tempfile.TemporaryDirectory(prefix="grader-metal-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        fill(place, files)
        tools = [developer_folder(), str(Path(_tool()).parents[2])]
        ended = run(
            line,
            place=place,
            reads=[*mlx_headers(), *tools],
            runs=[METAL[0], *tools],
            limits=Limits(wall_s=WALL_S),
            unsafe=unsafe,
        )
        made = place / "out" / name
        there = ended.ok and made.is_file() and not made.is_symlink()
        return (made.read_bytes() if there else None), ended


def _errors(name: str, ended: Ended, files: Mapping[str, bytes]) -> str:
    if not ended.in_time:
        return f"{name}: not compiled within {WALL_S:g} s"
    if ended.at_fault:
        raise CannotJudge(f"the Metal kernels cannot be built: {ended.at_fault}")
    limit = messages.ran_out(ended.log)
    return messages.errors(ended.log, files, limit and f"{name}: {limit}") or f"{name}: the compiler failed"


@functools.lru_cache(maxsize=1)
def _tool() -> str:
    """Return the path of the compiler that xcrun starts; empty if there is none."""
    return _ask(*METAL[:3], "--find", METAL[3]).strip()


@functools.lru_cache(maxsize=1)
def _version() -> tuple[str, ...]:
    return tuple(_ask(*METAL, "--version").splitlines()[:2])


def _ask(*line: str) -> str:
    try:
        done = subprocess.run(line, capture_output=True, text=True, timeout=PROBE_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 else ""
