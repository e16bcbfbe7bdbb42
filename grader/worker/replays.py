"""Runs dispatches again, in a confined process that holds a submission's Metal and nothing else of it.

What a worker says about its dispatches is a claim. Here the same kernels get the same bytes, with every access seen,
and what comes out is the simulator's word. Covered: Python and C++ of the submission have no part in it; a kernel that
ends the process or does not end is told as such. Not covered: whether the bytes that went in were those of the call.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import CannotJudge

from .build_cache import Cache
from .build_metal import CHECK, FAST, MetalCompiler, fill, runtime
from .build_process import Ended, Limits
from .build_units import KINDS
from .captures import OUTPUT, Binding, Dispatch
from .metal_findings import diagnostic
from .metal_process import simulate

if TYPE_CHECKING:
    from kernels.simulator.diagnostics import Diagnostic

DEADLINE_S = 10.0  # of one dispatch
SPARE_S = 20.0
MOST_OUTPUT_BYTES = 512 << 20
MOST_MESSAGES = 16  # of one dispatch


class ReplayFailed(Exception):
    """Dispatches could not be run again, and that is no fault of theirs."""


@dataclass(frozen=True)
class Setting:
    """How a dispatch is run."""

    mode: str = CHECK
    order: str = "forward"
    poison: bool = False
    sample: int = 0  # count every n-th threadgroup

    @property
    def words(self) -> str:
        """Say it for a message."""
        return f"{self.order}{', poisoned memory' if self.poison else ''}"


PLAIN = Setting(FAST)
COUNTED = Setting(sample=1)
SAFETY = (Setting(), Setting(order="reversed"), Setting(poison=True))


@dataclass(frozen=True)
class Replayed:
    """What one dispatch did when it was run again."""

    dispatch: Dispatch
    setting: Setting
    outputs: Mapping[int, bytes] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    fault: str = ""  # why there is nothing: "the kernel ended the process by signal 11"


class Replayer:
    """Runs the dispatches of one submission again.

    Args:
        folder: the snapshot's kernels.
        cache: where compiled Metal is kept.
        unsafe: go on although a required layer of the sandbox is missing.
    """

    def __init__(self, folder: Path, cache: Path, unsafe: bool = False) -> None:
        self.files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in KINDS and path.is_file()
        }
        self._cache, self._unsafe = Cache(cache), unsafe
        self._compiler = MetalCompiler(self.files, self._cache, unsafe)

    def run(self, dispatches: Sequence[Dispatch], settings: Sequence[Setting]) -> list[Replayed]:
        """Run every dispatch in every setting: all of the first setting, then all of the next.

        Raises:
            CannotJudge: the Metal files cannot be compiled.
            ReplayFailed: the simulator itself does not work, or this machine stands still.
        """
        pairs = [(dispatch, setting) for setting in settings for dispatch in dispatches]
        if not pairs:
            return []
        with tempfile.TemporaryDirectory(prefix="grader-replay-", ignore_cleanup_errors=True) as name:
            place = Path(name)
            fill(place, {})
            with (place / "in" / "jobs").open("wb") as jobs:
                for dispatch, setting in pairs:
                    self._write(jobs, dispatch, setting, place / "in")
            (place / "in" / "jobs").chmod(0o444)
            wall_s = SPARE_S + DEADLINE_S * len(pairs)
            try:
                ended = simulate(
                    "kernels.simulator.replay",
                    [],
                    place=place,
                    stdin="jobs",
                    output="../out/replies",
                    limits=Limits(cpu_s=int(2 * wall_s), wall_s=wall_s, file_bytes=MOST_OUTPUT_BYTES),
                    unsafe=self._unsafe,
                )
            except CannotJudge as error:
                raise ReplayFailed(str(error)) from error
            if ended.at_fault:
                raise ReplayFailed(f"the Metal kernels cannot be run again: {ended.at_fault}")
            return list(self._replies(place / "out" / "replies", pairs, ended))

    def library(self, dispatch: Dispatch, mode: str) -> Path | None:
        """Return the compiled file that has a dispatch's kernel; None if the worker named no file of the submission."""
        name = next((n for n in self.files if _stem(n) == dispatch.library and n.endswith(".metal")), None)
        return self._compiler.compile(name, mode).library if name is not None else None

    def _write(self, jobs: Any, dispatch: Dispatch, setting: Setting, folder: Path) -> None:
        library = self.library(dispatch, setting.mode)
        names = {"runtime.so": runtime(self._cache)}
        if library is not None:
            names[f"{dispatch.library}.{setting.mode}.so"] = library
        for name, source in names.items():
            if not (folder / name).exists():
                shutil.copyfile(source, folder / name)
                (folder / name).chmod(0o444)
        header = {
            "runtime": "../in/runtime.so",
            "library": f"{dispatch.library}.{setting.mode}.so",
            "kernel": dispatch.kernel,
            "grid": dispatch.grid,
            "threadgroup": dispatch.threadgroup,
            "grid_is_threads": dispatch.grid_is_threads,
            "threadgroup_lengths": {str(i): n for i, n in dispatch.threadgroup_lengths.items()},
            "function_constants": {str(i): v.hex() for i, v in dispatch.function_constants.items()},
            "bindings": [_row(binding) for binding in dispatch.bindings],
            "settings": {
                "mode": setting.mode,
                "order": setting.order,
                "poison": setting.poison,
                "workers": 1,
                "sample": setting.sample,
                "deadline_s": DEADLINE_S,
                "max_messages": MOST_MESSAGES,
            },
        }
        jobs.write(json.dumps(header).encode() + b"\n")
        for binding in dispatch.bindings:
            if binding.direction != OUTPUT:
                jobs.write(binding.before)

    def _replies(
        self, path: Path, pairs: Sequence[tuple[Dispatch, Setting]], ended: Ended
    ) -> Iterator[Replayed]:
        data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        stream = io.BytesIO(data)
        for dispatch, setting in pairs:
            try:
                yield _reply(stream, dispatch, setting, self.files)
            except (ValueError, TypeError, KeyError, AttributeError):
                yield Replayed(dispatch, setting, fault=_why(ended))
                return  # the process has ended there


def _row(binding: Binding) -> dict[str, Any]:
    size = len(binding.after if binding.direction == OUTPUT else binding.before)
    return {
        "index": binding.index,
        "direction": binding.direction,
        "is_bytes": binding.is_bytes,
        "bytes": size,
        "given": 0 if binding.direction == OUTPUT else size,
    }


def _reply(stream: io.BytesIO, dispatch: Dispatch, setting: Setting, files: Mapping[str, bytes]) -> Replayed:
    """Read one reply.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: it is cut off, or not of the form of one.
    """
    header = json.loads(stream.readline())
    if "error" in header:
        return Replayed(dispatch, setting, fault=str(header["error"]))
    outputs = {int(row["index"]): stream.read(int(row["bytes"])) for row in header["outputs"]}
    counts = {str(k): v for k, v in header["counts"].items() if type(v) is int}
    found = tuple(diagnostic(told, files) for told in header["diagnostics"])
    written = {b.index for b in dispatch.bindings if b.is_output}
    return Replayed(
        dispatch, setting, {i: data for i, data in outputs.items() if i in written}, found, counts
    )


def _why(ended: Ended) -> str:
    if not ended.in_time:
        return "the kernel did not end, and its process was ended"
    if ended.status < 0:
        return f"the kernel ended the process by signal {-ended.status}"
    last = ended.log.strip().rpartition("\n")[2]
    return f"the process ended with status {ended.status}: {last[-200:]}"


def _stem(name: str) -> str:
    return name.removesuffix(".metal").replace("/", ".")
