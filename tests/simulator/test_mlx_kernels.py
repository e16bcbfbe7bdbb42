"""MLX's own Metal kernels on numbers and rows, unchanged from its package, agree with float64 and with MLX's CPU."""

from __future__ import annotations

import math
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from kernels.simulator import BFloat16, Output, compile_metal
from kernels.simulator.library import Argument
from kernels.simulator.mlx_headers import mlx_include
from tests.simulator.mlx_runs import Array, as_type, close, exact, numbers, on_cpu, output, run
from tests.simulator.mlx_sources import COMPILES_ALONE, text

pytestmark = pytest.mark.skipif(mlx_include() is None, reason="the installed MLX ships no kernel headers")


def elementwise(kernel: str, inputs: list[Array | BFloat16], dtype: str, size: int) -> Array:
    arguments: dict[int, Argument] = dict(enumerate(inputs))
    arguments[len(inputs)] = output(size, dtype)
    arguments[len(inputs) + 1] = np.uint32(size)
    return run("elementwise", kernel, arguments, grid=(size,), threadgroup=(64,), grid_is_threads=True)


def sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


def erf(x: Array) -> Array:
    return np.vectorize(math.erf)(x)


@pytest.mark.parametrize(
    ("kernel", "reference", "op"),
    [
        ("exp_f32", np.exp, mx.exp),
        ("sigmoid_bf16", sigmoid, mx.sigmoid),
        ("erf_f16", erf, mx.erf),
        ("rsqrt_f32", lambda x: 1 / np.sqrt(x), mx.rsqrt),
    ],
)
def test_unary_kernels_agree(kernel: str, reference: Any, op: Any) -> None:
    """An element-wise kernel gives the function's value, also for the rest of an array that no full step covers."""
    dtype = kernel.rsplit("_", 1)[1]
    x = np.abs(numbers(101)) + 0.25
    got = elementwise(kernel, [as_type(x, dtype)], dtype, 101)
    close(got, reference(exact(x, dtype)), dtype)
    close(got, on_cpu(op, x, dtype=dtype), dtype)


@pytest.mark.parametrize(
    ("kernel", "reference", "op"),
    [
        ("add_f32", np.add, mx.add),
        ("multiply_bf16", np.multiply, mx.multiply),
        ("maximum_f16", np.maximum, mx.maximum),
    ],
)
def test_binary_kernels_agree(kernel: str, reference: Any, op: Any) -> None:
    """A kernel of two arrays gives the rounded result of the operation."""
    dtype = kernel.rsplit("_", 1)[1]
    a, b = numbers(101), numbers(101, seed=4)
    got = elementwise(kernel, [as_type(a, dtype), as_type(b, dtype)], dtype, 101)
    close(got, reference(exact(a, dtype), exact(b, dtype)), dtype)
    close(got, on_cpu(op, a, b, dtype=dtype), dtype)


def test_integer_remainder_has_the_divisors_sign() -> None:
    """MLX's remainder follows Python's sign rule, which its kernel builds from C++'s."""
    a = np.arange(-20, 20, dtype=np.int32)
    b = np.where(np.arange(40) % 2, 3, -7).astype(np.int32)
    arguments = {0: a, 1: b, 2: Output(40, np.int32), 3: np.uint32(40)}
    got = run("elementwise", "remainder_i32", arguments, grid=(20,), threadgroup=(20,), grid_is_threads=True)
    np.testing.assert_array_equal(got, np.remainder(a, b))
    np.testing.assert_array_equal(got, on_cpu(mx.remainder, a, b))


def test_select_arange_and_copies_are_exact() -> None:
    """Kernels that move or count numbers give exactly the numbers they should, in every type."""
    condition, a, b = numbers(64) > 0, numbers(64, seed=4), numbers(64, seed=5)
    chosen = elementwise("select_f32", [condition, a, b], "f32", 64)
    np.testing.assert_array_equal(chosen, np.where(condition, a, b))
    np.testing.assert_array_equal(chosen, on_cpu(mx.where, condition, a, b))
    copied = elementwise("copy_f32_f16", [a], "f16", 64)
    np.testing.assert_array_equal(copied, a.astype(np.float16))
    np.testing.assert_array_equal(copied, on_cpu(lambda x: x.astype(mx.float16), a))
    halves = a.astype(np.float16)
    expected = BFloat16.from_float(halves.astype(np.float32)).to_float()
    copied = elementwise("copy_f16_bf16", [halves], "bf16", 64)
    np.testing.assert_array_equal(copied, expected)
    np.testing.assert_array_equal(copied, on_cpu(lambda x: x.astype(mx.bfloat16), halves, dtype="f16"))
    arguments = {0: np.float32(2), 1: np.float32(0.5), 2: Output(50)}
    got = run("elementwise", "arange_f32", arguments, grid=(50,), threadgroup=(50,), grid_is_threads=True)
    np.testing.assert_array_equal(got, 2 + 0.5 * np.arange(50))
    np.testing.assert_array_equal(got, on_cpu(lambda: mx.arange(2, 27, 0.5, dtype=mx.float32)))


@pytest.mark.parametrize("kernel", ["softmax_f32", "softmax_f16", "softmax_bf16", "softmax_looped_f32"])
def test_softmax_agrees(kernel: str) -> None:
    """Both softmax kernels give the normalised exponentials of rows that are no multiple of what a thread reads."""
    dtype = kernel.rsplit("_", 1)[1]
    x = numbers(3, 1001)
    arguments = {0: as_type(x, dtype), 1: output((3, 1001), dtype), 2: np.int32(1001)}
    threads = 1024 if "looped" in kernel else 256
    got = run("softmax", kernel, arguments, grid=(3,), threadgroup=(threads,))
    powers = np.exp(exact(x, dtype))
    close(got, powers / powers.sum(-1, keepdims=True), dtype)
    close(got, on_cpu(lambda y: mx.softmax(y, axis=-1, precise=True), x, dtype=dtype), dtype)


def test_logsumexp_agrees() -> None:
    """The logarithm of the sum of exponentials, one threadgroup a row."""
    x = numbers(3, 1001)
    got = run(
        "softmax", "logsumexp_f32", {0: x, 1: Output(3), 2: np.int32(1001)}, grid=(3,), threadgroup=(256,)
    )
    close(got, np.log(np.exp(x.astype(np.float64)).sum(-1)), "f32")
    close(got, on_cpu(lambda y: mx.logsumexp(y, axis=-1), x), "f32")


def test_reductions_agree() -> None:
    """Sums and maxima over all numbers and over rows, through simdgroups and threadgroup memory."""
    x = numbers(8, 1001)
    arguments = {0: x, 1: Output(1), 2: np.uint64(x.size), 3: np.uint64(x.size)}
    got = run("reduce", "sum_all_f32", arguments, grid=(1,), threadgroup=(128,))
    np.testing.assert_allclose(got, [x.astype(np.float64).sum()], rtol=1e-4)
    np.testing.assert_allclose(got, on_cpu(mx.sum, x)[None], rtol=1e-4)
    arguments = {0: x, 1: Output(8), 2: np.uint64(1001), 3: np.int64(8)}
    got = run("reduce", "max_rows_f32", arguments, grid=(1, 2), threadgroup=(128,))
    np.testing.assert_array_equal(got, x.max(-1))
    np.testing.assert_array_equal(got, on_cpu(lambda y: mx.max(y, axis=-1), x))
    arguments = {0: x.astype(np.float16), 1: Output(8, np.float16), 2: np.uint64(1001), 3: np.int64(8)}
    got = run("reduce", "sum_rows_f16", arguments, grid=(1, 2), threadgroup=(128,))
    np.testing.assert_allclose(got, exact(x, "f16").sum(-1), atol=0.3)
    np.testing.assert_allclose(
        got, on_cpu(lambda y: mx.sum(y, axis=-1), x, dtype="f16"), atol=0.6
    )  # both round


def test_scans_agree() -> None:
    """Running sums forward, and running products backward without the element itself."""
    x = numbers(2, 700)
    # Lanes read the sums of simdgroups that do not exist, and drop them: true findings, so not checked.
    launch = {"grid": (1, 2), "threadgroup": (64,), "checked": False}
    got = run("scan", "cumsum_f32", {0: x, 1: Output((2, 700)), 2: np.uint64(700)}, **launch)
    np.testing.assert_allclose(got, np.cumsum(x.astype(np.float64), -1), atol=1e-4)
    np.testing.assert_allclose(got, on_cpu(lambda y: mx.cumsum(y, axis=-1), x), atol=1e-4)
    y = 1 + 0.01 * x
    arguments = {0: y, 1: Output((2, 700)), 2: np.uint64(700)}
    got = run("scan", "cumprod_reverse_f32", arguments, **launch)
    behind = np.concatenate([y[:, 1:], np.ones((2, 1))], axis=-1).astype(np.float64)
    np.testing.assert_allclose(got, np.cumprod(behind[:, ::-1], -1)[:, ::-1], rtol=1e-5)
    cpu = on_cpu(lambda z: mx.cumprod(z, axis=-1, reverse=True, inclusive=False), y)
    np.testing.assert_allclose(got, cpu, rtol=1e-5)


def test_sorts_agree() -> None:
    """The merge sort of a block gives the sorted rows, and the order that sorts them."""
    x = numbers(3, 100)
    strides = {2: np.int32(100), 3: np.int32(1), 4: np.int32(1), 5: np.int32(100), 6: np.int32(100)}
    got = run("sort", "sort_f32", {0: x, 1: Output((3, 100)), **strides}, grid=(1, 3), threadgroup=(32,))
    np.testing.assert_array_equal(got, np.sort(x, -1))
    np.testing.assert_array_equal(got, on_cpu(lambda y: mx.sort(y, axis=-1), x))
    arguments = {0: x, 1: Output((3, 100), np.uint32), **strides}
    order = run("sort", "argsort_f32", arguments, grid=(1, 3), threadgroup=(32,))
    np.testing.assert_array_equal(order, np.argsort(x, -1, kind="stable"))
    np.testing.assert_array_equal(order, on_cpu(lambda y: mx.argsort(y, axis=-1), x))


def test_binary_search_agrees() -> None:
    """searchsorted gives the first place that keeps the order, for numbers inside, outside and equal."""
    a = np.sort(numbers(50))
    v = np.concatenate([numbers(20, seed=4), a[::7], [-9, 9]]).astype(np.float32)
    arguments = {0: a, 1: v, 2: Output(len(v), np.uint32), 3: np.uint32(50), 4: np.int64(1)}
    got = run(
        "others", "searchsorted_f32", arguments, grid=(len(v),), threadgroup=(len(v),), grid_is_threads=True
    )
    np.testing.assert_array_equal(got, np.searchsorted(a, v))


def test_cross_entropy_agrees() -> None:
    """The loss of each row, with a maximum that no exponential overflows."""
    x, targets = 30 * numbers(3, 1001), np.array([0, 500, 1000], np.int32)
    arguments = {0: x, 1: targets, 2: Output(3), 3: np.int32(1001)}
    got = run("others", "cross_entropy_f32", arguments, grid=(3,), threadgroup=(1024,))
    wide = x.astype(np.float64)
    shifted = wide - wide.max(-1, keepdims=True)
    expected = np.log(np.exp(shifted).sum(-1)) - shifted[np.arange(3), targets]
    close(got, expected, "f32")


def test_hadamard_transform_agrees() -> None:
    """The fast transform of 64 numbers equals the product with the matrix of signs."""
    matrix = np.array([[1.0]])
    while len(matrix) < 64:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    x = numbers(3, 64)
    arguments = {0: x, 1: Output((3, 64)), 2: np.float32(0.125)}
    launch = {"grid": (16, 3, 1), "threadgroup": (16, 1, 1), "grid_is_threads": True}
    close(run("others", "hadamard_f32", arguments, **launch), 0.125 * x.astype(np.float64) @ matrix, "f32")


@pytest.mark.parametrize("headers", COMPILES_ALONE, ids=lambda headers: headers[-1])
def test_headers_compile(headers: tuple[str, ...]) -> None:
    """Every other header for the GPU is accepted by the translator and by clang."""
    include = mlx_include()
    assert include is not None
    nothing = "[[kernel]] void nothing(device float* out [[buffer(0)]]) { out[0] = 1; }\n"
    assert "nothing" in compile_metal(text(headers, ()) + nothing, [include], kernels=["nothing"]).kernels
