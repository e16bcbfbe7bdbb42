"""simdgroup matrices: products, the way in and out of memory, and which lane holds what."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels.simulator import BFloat16, Output
from tests.simulator.runtime_runs import kinds, library

TEXT = """
template <typename T, typename U>
kernel void product(device const T* a [[buffer(0)]], device const T* b [[buffer(1)]],
                    device const U* c [[buffer(2)]], device U* d [[buffer(3)]]) {
  simdgroup_matrix<T, 8, 8> left, right;
  simdgroup_matrix<U, 8, 8> sum;
  simdgroup_load(left, a);
  simdgroup_load(right, b);
  simdgroup_load(sum, c);
  simdgroup_multiply_accumulate(sum, left, right, sum);
  simdgroup_store(sum, d);
  simdgroup_multiply(sum, left, right);
  simdgroup_store(sum, d + 64);
}
template [[host_name("product_float")]] [[kernel]] void product<float, float>(
    device const float*, device const float*, device const float*, device float*);
template [[host_name("product_half")]] [[kernel]] void product<half, half>(
    device const half*, device const half*, device const half*, device half*);
template [[host_name("product_half_float")]] [[kernel]] void product<half, float>(
    device const half*, device const half*, device const float*, device float*);
template [[host_name("product_bfloat_float")]] [[kernel]] void product<bfloat, float>(
    device const bfloat*, device const bfloat*, device const float*, device float*);

kernel void moves(device const float* x [[buffer(0)]], device float* y [[buffer(1)]]) {
  threadgroup float tile[8 * 12];
  simdgroup_float8x8 m;
  simdgroup_load(m, x, 20, ulong2(3, 2));
  simdgroup_store(m, tile, 12, ulong2(0, 0), true);
  simdgroup_barrier(mem_flags::mem_threadgroup);
  simdgroup_load(m, tile, 12, ulong2(0, 0), false);
  simdgroup_store(m, y);
  simdgroup_load(m, x, 20, ulong2(3, 2), true);
  simdgroup_store(m, y + 64, 8, ulong2(0, 0));
}
kernel void holds(device float* y [[buffer(0)]], device float* z [[buffer(1)]],
                  uint lane [[thread_index_in_simdgroup]]) {
  simdgroup_float8x8 m = make_filled_simdgroup_matrix<float, 8, 8>(5.0f);
  m.thread_elements()[0] = 2 * lane;
  m.thread_elements()[1] = 2 * lane + 1;
  simdgroup_store(m, y);
  simdgroup_store(simdgroup_float8x8(3.0f), z);
}
"""
MODES = pytest.mark.parametrize("mode", ["fast", "check"])


def _run(mode: str, kernel: str, arguments: dict[int, Any]) -> Any:
    result = library(TEXT, mode).run(kernel, arguments, grid=(1,), threadgroup=(32,))
    assert kinds(result) == []
    return result


@MODES
@pytest.mark.parametrize(
    ("kernel", "dtype"), [("float", np.float32), ("half", np.float16), ("half_float", np.float32)]
)
def test_a_product_of_small_integers_is_exact(kernel: str, dtype: Any, mode: str) -> None:
    """d = a b + c, and d = a b."""
    rng = np.random.default_rng(0)
    a, b, c = rng.integers(-4, 5, (3, 8, 8))
    operand = np.float32 if kernel == "float" else np.float16
    arguments = {0: a.astype(operand), 1: b.astype(operand), 2: c.astype(dtype), 3: Output((2, 8, 8), dtype)}
    result = _run(mode, f"product_{kernel}", arguments)
    np.testing.assert_array_equal(result.outputs[3], [a @ b + c, a @ b])
    assert result.counts.matrix_operations == 2


def test_bfloat_operands_sum_up_in_float() -> None:
    """Products of bfloat numbers are not rounded to bfloat."""
    a = np.full((8, 8), 1.0078125, np.float32)
    c = np.zeros((8, 8), np.float32)
    arguments = {0: BFloat16.from_float(a), 1: BFloat16.from_float(a), 2: c, 3: Output((2, 8, 8), np.float32)}
    result = _run("fast", "product_bfloat_float", arguments)
    np.testing.assert_array_equal(result.outputs[3], np.full((2, 8, 8), 8 * 1.0078125**2, np.float32))


@MODES
def test_origin_stride_and_transposition(mode: str) -> None:
    """A matrix out of the middle of a larger one, transposed on the way out, or on the way in."""
    x = np.arange(12 * 20, dtype=np.float32).reshape(12, 20)
    result = _run(mode, "moves", {0: x, 1: Output((2, 8, 8), np.float32)})
    part = x[2:10, 3:11]
    np.testing.assert_array_equal(result.outputs[1], [part.T, part.T])


@MODES
def test_the_lanes_hold_what_other_kernels_rely_on(mode: str) -> None:
    """Lane 0 holds (0, 0) and (0, 1), lane 1 the next two, lane 2 the next row; lanes 8 to 15 columns 4 to 7."""
    result = _run(mode, "holds", {0: Output((8, 8), np.float32), 1: Output((8, 8), np.float32)})
    np.testing.assert_array_equal(result.outputs[0][0], [0, 1, 2, 3, 16, 17, 18, 19])
    np.testing.assert_array_equal(result.outputs[0][:, 0], [0, 4, 8, 12, 32, 36, 40, 44])
    np.testing.assert_array_equal(result.outputs[1], 3 * np.eye(8))
