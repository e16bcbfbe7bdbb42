"""Builds a submission's Metal files for the CPU, by the simulator's compiler, in the build sandbox; kept by content.

Each file becomes a library of its own, so that a broken one costs the kernels in it and no other. Two modes: "fast" for
the submission's worker, "check" for running its dispatches again with every access seen. Runs nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import CannotJudge
from kernels.simulator.errors import SimulatorError
from kernels.simulator.runtime_build import NAME as RUNTIME
from kernels.simulator.runtime_build import runtime_library

from . import build_messages as messages
from .build_cache import Cache
from .build_process import Ended, Limits
from .build_units import visible
from .faults import clean
from .metal_process import no_compiler, simulate, simulator_digest

__all__ = [
    "MetalCompiler",
    "MetalFile",
    "compile_all",
    "digest",
    "fill",
    "metal_files",
    "mlx_headers",
    "no_compiler",
    "place",
    "runtime",
]

FAST, CHECK = "fast", "check"
SUFFIX = ".metal.so"  # in the cache
WALL_S = 120.0
MOST_FINDINGS = 5
_REFUSED = 1  # exit status of the compiler for a source that it refuses


@dataclass(frozen=True)
class MetalFile:
    """What came out of one Metal file."""

    name: str  # "quantized_matmul.metal", below the folder of kernels
    key: str  # of its library in the cache
    library: Path | None  # in the cache; None if it is refused
    errors: str = ""  # as the student reads them


def metal_files(files: Mapping[str, bytes]) -> list[str]:
    """Return the Metal files among the submission's, by name."""
    return sorted(name for name in files if name.endswith(".metal"))


def digest(files: Mapping[str, bytes]) -> str:
    """Return a hash of the simulator, if any file is Metal and there is one; empty otherwise."""
    return simulator_digest() if metal_files(files) and not no_compiler() else ""


def compile_all(files: Mapping[str, bytes], cache: Cache, unsafe: bool = False) -> dict[str, MetalFile]:
    """Compile every Metal file for a worker; none where there is no compiler.

    Raises:
        CannotJudge: no verdict about one of them is possible.
    """
    names = metal_files(files) if not no_compiler() else []
    compiler = MetalCompiler(files, cache, unsafe)
    return {name: compiler.compile(name) for name in names}


def place(record: Mapping[str, Any], cache: Cache, target: Path) -> None:
    """Put compiled Metal files beside the module, where its op looks for them, with the simulator's runtime.

    Args:
        record: Metal file -> the key of its library, and its errors.
        cache: Has the libraries.
        target: The module's folder.

    Raises:
        CannotJudge: the runtime cannot be built.
    """
    for name, found in record.items():
        stem = name.removesuffix(".metal").replace("/", ".")
        if found["errors"]:
            _put(target / f"{stem}.metal.txt", found["errors"].encode())
        else:
            _put(target / f"{stem}.fast.so", cache.path(found["key"], SUFFIX))
    if record:
        _put(target / RUNTIME, runtime(cache))


def runtime(cache: Cache) -> Path:
    """Return the simulator's runtime library, built when it is first asked for.

    Raises:
        CannotJudge: it does not build.
    """
    try:
        return runtime_library(cache.folder("simulator"))
    except SimulatorError as error:
        raise CannotJudge(f"the simulator of Metal cannot be built: {error}") from error


def _put(target: Path, source: Path | bytes) -> None:
    if isinstance(source, bytes):
        target.write_bytes(source)
    else:
        shutil.copyfile(source, target)
    target.chmod(0o444)


class MetalCompiler:
    """Compiles the Metal files of one folder.

    Args:
        files: the submission's kernels, by path.
        cache: where libraries are kept.
        unsafe: go on although a required layer of the sandbox is missing.
    """

    def __init__(self, files: Mapping[str, bytes], cache: Cache, unsafe: bool = False) -> None:
        self._files, self._cache, self._unsafe = files, cache, unsafe
        self._includes = mlx_headers()

    def compile(self, name: str, mode: str = FAST) -> MetalFile:
        """Compile one file, or take it from the cache; refusals are kept too.

        Raises:
            CannotJudge: no verdict about the file is possible.
        """
        seen = {**visible(self._files[name], self._files), name: self._files[name]}
        key = self._key(name, mode, seen)
        with self._cache.locked(key):
            library, refusal = self._cache.get(key, SUFFIX), self._cache.get(key, ".json")
            if library is not None:
                return MetalFile(name, key, library)
            if refusal is not None:
                return MetalFile(name, key, None, json.loads(refusal.read_text())["errors"])
            return self._compiled(name, mode, key, seen)

    def _key(self, name: str, mode: str, seen: Mapping[str, bytes]) -> str:
        digest = hashlib.sha256("\0".join([simulator_digest(), name, mode, *self._includes]).encode())
        for path in sorted(seen):
            digest.update(f"\0{path}\0{len(seen[path])}\0".encode() + seen[path])
        return digest.hexdigest()

    def _compiled(self, name: str, mode: str, key: str, seen: Mapping[str, bytes]) -> MetalFile:
        with tempfile.TemporaryDirectory(prefix="grader-metal-", ignore_cleanup_errors=True) as folder:
            place = Path(folder)
            fill(place, seen)
            searched = [part for path in (".", *self._includes) for part in ("-I", path)]
            ended = simulate(
                "kernels.simulator.compiler",
                [name, "--out", "../out/library.so", "--mode", mode, *searched],
                place=place,
                output="../out/findings.json",
                reads=self._includes,
                limits=Limits(wall_s=WALL_S),
                compiles=True,
                unsafe=self._unsafe,
            )
            made = place / "out" / "library.so"
            if ended.ok and made.is_file() and not made.is_symlink():
                return MetalFile(name, key, self._cache.put(key, SUFFIX, made))
            errors = self._errors(name, ended, place / "out" / "findings.json")
        if ended.in_time and ended.status > 0:
            self._cache.put(key, ".json", json.dumps({"errors": errors}).encode())
        return MetalFile(name, key, None, errors)

    def _errors(self, name: str, ended: Ended, findings: Path) -> str:
        if not ended.in_time:
            return f"{name}: not compiled within {WALL_S:g} s"
        if ended.at_fault:
            raise CannotJudge(f"the Metal kernels cannot be built: {ended.at_fault}")
        limit = messages.ran_out(ended.log)
        if ended.status == _REFUSED and findings.is_file() and not findings.is_symlink():
            told = self._told(findings)
            if told:
                return told
        if limit or ended.status < 0:
            return f"{name}: {limit or 'the compiler did not survive this file'}"
        raise CannotJudge(f"the simulator's compiler fails on {name}: {clean(ended.log[-400:])}")

    def _told(self, findings: Path) -> str:
        """Return what is wrong, "file:line: sentence" with the source line, a few of them; the text is hostile."""
        try:
            found = [f for f in json.loads(findings.read_text()) if f["certain"]]
            lines = [self._one(f["file"], int(f["line"]), f["sentence"], f["cure"]) for f in found]
        except (ValueError, TypeError, KeyError):
            return ""
        more = len(lines) - MOST_FINDINGS
        told = [*lines[:MOST_FINDINGS], *([f"and {more} more"] if more > 0 else [])]
        return clean("\n".join(dict.fromkeys(told)), messages.TEXT_CHARS)

    def _one(self, file: str, line: int, sentence: str, cure: str) -> str:
        name = file[2:] if file.startswith("./") else file
        known = name in self._files
        place = f"{name}:{line}: " if known and line else f"{name.rpartition('/')[2]}: " if name else ""
        text = clean(f"{place}{sentence}{' ' if cure else ''}{cure}", 2 * messages.LINE_CHARS)
        lines = self._files[name].splitlines() if known else []
        if not 0 < line <= len(lines):
            return text
        source = clean(lines[line - 1].decode("utf-8", "backslashreplace").strip(), messages.LINE_CHARS)
        return f"{text}\n    {source}" if source else text


def mlx_headers() -> tuple[str, ...]:
    """Return the folders of the headers that MLX's wheel ships."""
    spec = importlib.util.find_spec("mlx")
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    return tuple(str(Path(folder) / "include") for folder in folders)


def fill(place: Path, files: Mapping[str, bytes]) -> None:
    """Write files into the folder `in` of a place, readable by everybody and writable by nobody."""
    place.chmod(0o755)
    (place / "in").mkdir(mode=0o755)
    for path, content in files.items():
        target = place / "in" / path
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o444)
        for folder in target.relative_to(place / "in").parents:
            (place / "in" / folder).chmod(0o755)  # whatever the umask
