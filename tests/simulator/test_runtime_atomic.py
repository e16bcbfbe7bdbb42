"""Atomic functions: each returns what was there and leaves what it should, whoever else is at work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels.simulator import Output
from tests.simulator.runtime_runs import kinds, library

TEXT = """
#define ONE(T, A, kernel_name)                                                                   \\
  kernel void kernel_name(device A* x [[buffer(0)]], device T* before [[buffer(1)]]) {           \\
    before[0] = atomic_fetch_add_explicit(&x[0], 5, memory_order_relaxed);                       \\
    before[1] = atomic_fetch_sub_explicit(&x[1], 5, memory_order_relaxed);                       \\
    before[2] = atomic_exchange_explicit(&x[2], 9, memory_order_relaxed);                        \\
    atomic_store_explicit(&x[3], 4, memory_order_relaxed);                                       \\
    before[3] = atomic_load_explicit(&x[3], memory_order_relaxed);                               \\
    T expected = 3;                                                                              \\
    before[4] = atomic_compare_exchange_weak_explicit(&x[4], &expected, 8, memory_order_relaxed, \\
                                                      memory_order_relaxed);                     \\
    before[5] = expected;                                                                        \\
    T wrong = 77;                                                                                \\
    before[6] = atomic_compare_exchange_weak_explicit(&x[4], &wrong, 1, memory_order_relaxed,    \\
                                                      memory_order_relaxed);                     \\
    before[7] = wrong;                                                                           \\
  }
ONE(int, atomic_int, of_int)
ONE(uint, atomic_uint, of_uint)
ONE(float, atomic_float, of_float)
kernel void bits(device atomic_uint* x [[buffer(0)]], device uint* before [[buffer(1)]]) {
  before[0] = atomic_fetch_and_explicit(&x[0], 0xF0u, memory_order_relaxed);
  before[1] = atomic_fetch_or_explicit(&x[1], 0xF0u, memory_order_relaxed);
  before[2] = atomic_fetch_xor_explicit(&x[2], 0xFFu, memory_order_relaxed);
  before[3] = atomic_fetch_min_explicit(&x[3], 3u, memory_order_relaxed);
  before[4] = atomic_fetch_max_explicit(&x[4], 300u, memory_order_relaxed);
}
kernel void counts(device atomic_uint* total [[buffer(0)]], device atomic_float* sum [[buffer(1)]],
                   device atomic<int>* largest [[buffer(2)]], uint i [[thread_position_in_grid]],
                   uint t [[thread_index_in_threadgroup]]) {
  threadgroup atomic_int local;
  if (t == 0) atomic_store_explicit(&local, 0, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  atomic_fetch_add_explicit(&local, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(sum, 1.0f, memory_order_relaxed);
  atomic_fetch_max_explicit(largest, int(i), memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  if (t == 0) atomic_fetch_add_explicit(total, uint(atomic_load_explicit(&local, memory_order_relaxed)),
                                        memory_order_relaxed);
}
"""
MODES = pytest.mark.parametrize("mode", ["fast", "check"])


@MODES
@pytest.mark.parametrize(("name", "dtype"), [("int", np.int32), ("uint", np.uint32), ("float", np.float32)])
def test_each_function_returns_what_was_there(name: str, dtype: type, mode: str) -> None:
    """One thread calls every function once."""
    x: np.ndarray[Any, Any] = np.array([10, 20, 30, 40, 3], dtype)
    arguments = {0: Output(x), 1: Output(8, dtype)}
    result = library(TEXT, mode).run(f"of_{name}", arguments, grid=(1,), threadgroup=(1,))
    assert kinds(result) == []
    np.testing.assert_array_equal(result.outputs[0], [15, 15, 9, 4, 8])
    np.testing.assert_array_equal(result.outputs[1], [10, 20, 30, 4, 1, 3, 0, 8])


@MODES
def test_bits_and_extremes(mode: str) -> None:
    """and, or, xor, min, max on unsigned integers."""
    arguments = {0: Output(np.full(5, 0x3C, np.uint32)), 1: Output(5, np.uint32)}
    result = library(TEXT, mode).run("bits", arguments, grid=(1,), threadgroup=(1,))
    np.testing.assert_array_equal(result.outputs[0], [0x30, 0xFC, 0xC3, 3, 300])
    np.testing.assert_array_equal(result.outputs[1], [0x3C] * 5)


@MODES
def test_nothing_is_lost_between_threadgroups(mode: str) -> None:
    """Two workers that add to the same numbers lose no addition."""
    arguments = {
        0: Output(np.zeros(1, np.uint32)),
        1: Output(np.zeros(1, np.float32)),
        2: Output(np.zeros(1, np.int32)),
    }
    result = library(TEXT, mode).run("counts", arguments, grid=(200,), threadgroup=(64,), workers=2)
    assert kinds(result) == []
    assert [result.outputs[i][0] for i in range(3)] == [12800, 12800.0, 12799]
