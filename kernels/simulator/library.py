"""Compile Metal text and run its kernels on numpy arrays: the simulator as a Python library."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .cache import TEXTS, cache_root, note_use
from .compiler import build, translate_file
from .diagnostics import Counts, Diagnostic, read_counts, read_diagnostics
from .errors import Finding, LaunchError
from .launch import Binding, Dispatch, Kernel, Settings, loaded_runtime
from .runtime_build import runtime_library
from .toolchain import Mode

Array = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class BFloat16:
    """An array of bfloat16, as the 16-bit patterns in ``bits`` (uint16)."""

    bits: Array

    def __post_init__(self) -> None:
        if self.bits.dtype != np.uint16:
            raise TypeError(f"BFloat16 takes an array of uint16, not {self.bits.dtype}")

    @classmethod
    def from_float(cls, values: npt.ArrayLike) -> BFloat16:
        """Round float32 ``values`` to the nearest bfloat16, ties to even; NaN stays NaN."""
        bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
        rounded = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
        return cls(np.where(np.isnan(bits.view(np.float32)), np.uint16(0x7FC0), rounded))

    def to_float(self) -> npt.NDArray[np.float32]:
        """Return the values as float32."""
        return (self.bits.astype(np.uint32) << 16).view(np.float32)


class Output:
    """A buffer that the kernel fills.

    Args:
        shape: Shape of the array, or an array that is updated in place (a copy is written).
        dtype: Type of the elements; for an array its own. The string ``bfloat16`` stands for BFloat16.
    """

    def __init__(
        self, shape: int | Sequence[int] | Array | BFloat16, dtype: npt.DTypeLike | str = np.float32
    ):
        self.is_bfloat16 = isinstance(shape, BFloat16) or (isinstance(dtype, str) and dtype == "bfloat16")
        self.is_update = isinstance(shape, (np.ndarray, BFloat16))
        if isinstance(shape, BFloat16):
            self.array = np.array(shape.bits, order="C")
        elif isinstance(shape, np.ndarray):
            self.array = np.array(shape, order="C")
        else:
            self.array = np.zeros(shape, np.uint16 if self.is_bfloat16 else dtype)


Argument = Array | np.generic | BFloat16 | Output | bytes


@dataclasses.dataclass(frozen=True)
class Result:
    """What a dispatch left behind.

    Attributes:
        outputs: The arrays of the ``Output`` arguments, by buffer index.
        diagnostics: What the runtime saw, most severe first.
        counts: Bytes, transactions and operations.
        seconds: Time that the dispatch took.
        fatal: Whether the dispatch was ended before all threads were done.
    """

    outputs: dict[int, Array]
    diagnostics: tuple[Diagnostic, ...]
    counts: Counts
    seconds: float
    fatal: bool


class Library:
    """The kernels of one Metal source, compiled and loaded.

    Attributes:
        path: The shared library.
        mode: ``fast`` or ``check``.
        kernels: Kernels by name.
        findings: Warnings about the source.
    """

    def __init__(
        self, path: Path, mode: Mode, *, findings: Iterable[Finding] = (), cache: Path | None = None
    ):
        self.path = path
        self.mode = mode
        self.findings = tuple(findings)
        self._runtime = loaded_runtime(lambda: runtime_library(cache))
        self.kernels: dict[str, Kernel] = self._runtime.load(path)

    def run(
        self,
        kernel: str,
        arguments: Mapping[int, Argument],
        *,
        grid: Sequence[int],
        threadgroup: Sequence[int],
        grid_is_threads: bool = False,
        threadgroup_lengths: Mapping[int, int] | None = None,
        function_constants: Mapping[int, Any] | None = None,
        order: str = "forward",
        poison: bool = False,
        workers: int = 2,
        sample: int = 4,
        deadline_s: float = 10.0,
    ) -> Result:
        """Run one dispatch.

        Args:
            kernel: Name of the kernel.
            arguments: By buffer index: an array (read), an ``Output`` (filled or updated), a numpy scalar or bytes (as
                ``set_bytes``).
            grid: Threadgroups, or threads where ``grid_is_threads``; one to three sizes.
            threadgroup: Threads in a threadgroup.
            grid_is_threads: Dispatch threads instead of threadgroups.
            threadgroup_lengths: Bytes of each ``[[threadgroup(n)]]`` argument.
            function_constants: Values by index; a numpy scalar, bool (bool), int (int32) or float (float32).
            order: ``forward`` or ``reversed``.
            poison: Start threadgroup memory and outputs as NaN.
            workers: CPU threads.
            sample: In check mode, count every n-th threadgroup's accesses; 0: none.
            deadline_s: Time after which the dispatch is ended.

        Raises:
            LaunchError: There is no such kernel, or an argument cannot be bound.
        """
        if kernel not in self.kernels:
            known = ", ".join(sorted(self.kernels)[:20]) or "none"
            raise LaunchError(f"there is no kernel named {kernel!r}; the library has: {known}")
        bindings = {index: _binding(argument) for index, argument in arguments.items()}
        constants = {index: constant_bytes(value) for index, value in (function_constants or {}).items()}
        dispatch = Dispatch(
            bindings, grid, threadgroup, grid_is_threads, threadgroup_lengths or {}, constants
        )
        settings = Settings(
            self.mode, order, poison, workers, sample if self.mode == "check" else 0, deadline_s
        )
        report = self._runtime.dispatch(self.kernels[kernel], dispatch, settings)
        outputs = {index: a.array for index, a in arguments.items() if isinstance(a, Output)}
        return Result(
            outputs=outputs,
            diagnostics=read_diagnostics(report, self.kernels[kernel], self.path),
            counts=read_counts(report, self.path),
            seconds=float(report["seconds"]),
            fatal=bool(report["fatal"]),
        )


def compile_metal(
    source: str | Path,
    include_dirs: Iterable[str | Path] = (),
    mode: Mode = "fast",
    kernels: Iterable[str] | None = None,
    defines: Mapping[str, str] | None = None,
    *,
    cache: Path | None = None,
) -> Library:
    """Compile a Metal source file, or Metal text, and load its kernels.

    Args:
        source: Path of a ``.metal`` file; a string with a line break is the text itself.
        include_dirs: Folders that ``#include`` looks in.
        mode: ``fast``, or ``check`` to see every access.
        kernels: Names of the kernels to compile; None compiles all of them.
        defines: Macros.
        cache: Folder for built files instead of the user's.

    Raises:
        SourceError: The source is refused; its findings give file, line and sentence.
        NoCompiler: There is no clang.
    """
    path = _text_file(source, cache) if isinstance(source, str) and "\n" in source else Path(source)
    translation = translate_file(
        path, [Path(folder) for folder in include_dirs], kernels=kernels, defines=defines
    )
    return Library(build(translation, mode, cache=cache), mode, findings=translation.findings, cache=cache)


def _text_file(text: str, cache: Path | None) -> Path:
    """Write text to a file of its own, which messages can name."""
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    path = cache_root(cache) / TEXTS / name / "kernel.metal"
    note_use(path.parent)
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return path


def constant_bytes(value: Any) -> bytes:
    """Return a function constant's value as the bytes of its Metal type."""
    if isinstance(value, np.generic):
        return bytes(value.tobytes())
    if isinstance(value, bool):
        return bytes([value])
    if isinstance(value, int):
        return struct.pack("<i", value)
    if isinstance(value, float):
        return struct.pack("<f", value)
    raise LaunchError(f"a function constant must be a number or a bool, not {type(value).__name__}")


def _binding(argument: Argument) -> Binding:
    if isinstance(argument, Output):
        flat = argument.array.reshape(-1).view(np.uint8)
        return Binding(flat.data if flat.size else bytearray(), 2 if argument.is_update else 1)
    if isinstance(argument, bytes):
        return Binding(bytearray(argument), is_bytes=True)
    if isinstance(argument, np.generic):
        return Binding(bytearray(argument.tobytes()), is_bytes=True)
    array = argument.bits if isinstance(argument, BFloat16) else argument
    if not isinstance(array, np.ndarray):
        raise LaunchError(
            f"a buffer must be a numpy array, BFloat16, Output or bytes, not {type(array).__name__}"
        )
    return Binding(bytearray(np.ascontiguousarray(array).tobytes()))
