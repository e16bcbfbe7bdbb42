"""Launches of the kernels in ``features/`` with what has to come out; each call of a case gives fresh outputs.

Floats are whole numbers where sums are taken, so that every order of adding gives the same.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kernels.simulator import Library, Output, Result, compile_metal

FEATURES = Path(__file__).parent / "features"
REFERENCE = Path(__file__).parents[2] / "reference" / "kernels"
Array = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Case:
    """One launch of a kernel.

    Attributes:
        kernel: Name that the host asks for.
        arguments: By buffer index, as ``Library.run`` takes them.
        grid: Threadgroups, or threads where the options say so.
        threadgroup: Threads of a threadgroup.
        expected: Contents of outputs by buffer index.
        options: Further keywords of ``Library.run``.
        tolerance: Relative and absolute error that is taken.
    """

    kernel: str
    arguments: dict[int, Any]
    grid: Sequence[int]
    threadgroup: Sequence[int]
    expected: dict[int, Array]
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    tolerance: float = 0.0

    def run(self, library: Library, *, kernel: str | None = None, **settings: Any) -> Result:
        """Run it in ``library``, under another name where a variant has one."""
        options = {**self.options, **settings}
        name = kernel or self.kernel
        return library.run(name, self.arguments, grid=self.grid, threadgroup=self.threadgroup, **options)

    def is_right(self, result: Result) -> bool:
        """Tell whether all outputs are as expected."""
        return set(self.expected) <= set(result.outputs) and all(
            np.allclose(result.outputs[index], wanted, rtol=self.tolerance, atol=self.tolerance)
            for index, wanted in self.expected.items()
        )


CASES: dict[str, tuple[str, Callable[[], Case]]] = {}


def source_of(file: str) -> Path:
    """Return the Metal source of a case."""
    own = FEATURES / f"{file}.metal"
    return own if own.is_file() else REFERENCE / f"{file}.metal"


@functools.cache
def checked(file: str) -> Library:
    """Return the kernels of a file, compiled for check mode: all of a file of features, else those with a case."""
    names = (
        None
        if (FEATURES / f"{file}.metal").is_file()
        else [make().kernel for at, make in CASES.values() if at == file]
    )
    return compile_metal(source_of(file), mode="check", kernels=names)


def feature(file: str) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    """Note a case and the file that its kernel stands in."""

    def note(make: Callable[[], Case]) -> Callable[[], Case]:
        CASES[make.__name__] = (file, make)
        return make

    return note


def whole(count: int, dtype: npt.DTypeLike = np.float32, low: int = -9, high: int = 10) -> Array:
    """Return whole numbers in [low, high), the same ones each time."""
    return np.random.default_rng(count).integers(low, high, count).astype(dtype)


def softmax_of(x: Array) -> Array:
    """Return the softmax of each row."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


@feature("reductions")
def sum_rows() -> Case:
    x = whole(5 * 150).reshape(5, 150)
    return Case("sum_rows", {0: x, 1: Output(5), 2: np.uint32(150)}, (5,), (96,), {1: x.sum(1)})


@feature("reductions")
def tree_sum() -> Case:
    x = whole(3 * 128).reshape(3, 128)
    return Case("tree_sum", {0: x, 1: Output(3)}, (3,), (128,), {1: x.sum(1)})


@feature("reductions")
def shuffle_sum() -> Case:
    x = whole(2 * 128).reshape(2, 128)
    return Case("shuffle_sum", {0: x, 1: Output(256)}, (2,), (128,), {1: x.sum(1).repeat(128)})


@feature("reductions")
def scan() -> Case:
    x = whole(3 * 64, np.int32).reshape(3, 64)
    return Case("scan", {0: x, 1: Output((3, 64), np.int32)}, (3,), (64,), {1: x.cumsum(1)})


@feature("reductions")
def scan_by_lanes() -> Case:
    x = whole(2 * 160, np.int32).reshape(2, 160)
    return Case("scan_by_lanes", {0: x, 1: Output((2, 160), np.int32)}, (2,), (160,), {1: x.cumsum(1)})


@feature("structures")
def arg_max() -> Case:
    x = whole(2 * 64, low=-99, high=99).reshape(2, 64)
    x[:, 17] = 100
    return Case("arg_max", {0: x, 1: Output(2, np.uint32)}, (2,), (64,), {1: np.array([17, 17])})


@feature("reductions")
def softmax() -> Case:
    x = whole(4 * 100).reshape(4, 100) / 4
    arguments = {0: x, 1: Output(x.shape), 2: np.uint32(100)}
    return Case("softmax", arguments, (4,), (96,), {1: softmax_of(x)}, tolerance=1e-5)


@feature("reductions")
def online_softmax() -> Case:
    x = whole(4 * 100).reshape(4, 100) / 4
    arguments = {0: x, 1: Output(x.shape), 2: np.uint32(100)}
    return Case("online_softmax", arguments, (2,), (64,), {1: softmax_of(x)}, tolerance=1e-5)


@feature("reductions")
def ordered_sum() -> Case:
    x = whole(90)
    sums = np.array([x[:64].sum(), x[64:].sum()])
    arguments = {0: x, 1: Output(2), 2: np.uint32(90)}
    return Case("ordered_sum", arguments, (2,), (64,), {1: sums}, {"threadgroup_lengths": {0: 256}})


def _transpose(kernel: str, dtype: npt.DTypeLike, threadgroup: tuple[int, int]) -> Case:
    x = whole(20 * 37, dtype).reshape(20, 37)
    arguments = {0: x, 1: Output((37, 20), dtype), 2: np.array([20, 37], np.uint32).tobytes()}
    return Case(kernel, arguments, (3, 2), threadgroup, {1: x.T})


@feature("tiles")
def transpose() -> Case:
    return _transpose("transpose", np.float32, (16, 16))


@feature("tiles")
def transpose_padded() -> Case:
    return _transpose("transpose_padded", np.float16, (16, 4))


def _product(
    kernel: str, sizes: tuple[int, int, int], dtype: npt.DTypeLike, threadgroup: tuple[int, int]
) -> Case:
    M, N, K = sizes
    a, b = whole(M * K, dtype).reshape(M, K), whole(K * N, dtype, -4, 5).reshape(K, N)
    arguments = {0: a, 1: b, 2: Output((M, N), dtype), 3: np.array(sizes, np.uint32).tobytes()}
    return Case(
        kernel,
        arguments,
        (-(-N // 8), -(-M // 8)),
        threadgroup,
        {2: a.astype(np.float32) @ b.astype(np.float32)},
    )


@feature("tiles")
def product() -> Case:
    return _product("product", (11, 13, 21), np.float32, (8, 8))


@feature("tiles")
def product_double_buffered() -> Case:
    return _product("product_double_buffered", (16, 24, 32), np.float32, (8, 8))


@feature("tiles")
def matrix_product_float() -> Case:
    return _product("matrix_product_float", (16, 24, 32), np.float32, (32, 1))


@feature("tiles")
def matrix_product_half() -> Case:
    return _product("matrix_product_half", (16, 24, 32), np.float16, (32, 1))


@feature("tiles")
def stencil() -> Case:
    x = whole(150)
    padded = np.pad(x, 1)
    arguments = {0: x, 1: Output(150), 2: np.uint32(150)}
    return Case("stencil", arguments, (3,), (64,), {1: padded[:-2] + padded[1:-1] + padded[2:]})


@feature("tiles")
def rotate_left() -> Case:
    x = whole(2 * 96).reshape(2, 96)
    arguments = {0: x, 1: Output((2, 96)), 2: np.uint32(5)}
    return Case("rotate_left", arguments, (2,), (96,), {1: np.roll(x, -5, axis=1)})


@feature("tiles")
def reverse_in_device_memory() -> Case:
    x = whole(2 * 64).reshape(2, 64)
    arguments = {0: x, 1: Output((2, 64)), 2: Output((2, 64))}
    return Case("reverse_in_device_memory", arguments, (2,), (64,), {1: x[:, ::-1]})


@feature("tiles")
def differences() -> Case:
    x = whole(2 * 64).reshape(2, 64)
    return Case("differences", {0: x, 1: Output((2, 64))}, (2,), (64,), {1: np.diff(x, axis=1, prepend=0)})
