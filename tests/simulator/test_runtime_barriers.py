"""Barriers and simd operations that not all threads reach, and kernels that never end."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from kernels.simulator import Output
from tests.simulator.runtime_runs import check, kinds, library, mark, only

TEXT = """
kernel void returns_early(device float* y [[buffer(0)]], constant uint& n [[buffer(1)]],
                          uint i [[thread_index_in_threadgroup]]) {
  if (i >= n) return;
  y[i] = 1;
  threadgroup_barrier(mem_flags::mem_none);  // after the return
}
kernel void two_barriers(device float* y [[buffer(0)]], uint i [[thread_index_in_threadgroup]]) {
  y[i] = 1;
  if (i < 32) {
    threadgroup_barrier(mem_flags::mem_none);  // first
  } else {
    threadgroup_barrier(mem_flags::mem_none);  // second
  }
}
kernel void lanes_apart(device float* y [[buffer(0)]], uint i [[thread_index_in_threadgroup]]) {
  float value = 0;
  if (i < 20) {
    value = simd_sum(1.0f);  // low lanes
  } else {
    value = simd_sum(1.0f);  // high lanes
  }
  y[i] = value + simd_max(value);
}
kernel void endless(device float* y [[buffer(0)]], uint i [[thread_position_in_grid]]) {
  float total = 0;
  for (uint k = 1; k != 0; k += 2) y[k % 64] = total = total * 0.5f + y[i];  // endless
}
kernel void endless_sums(device float* y [[buffer(0)]], uint i [[thread_position_in_grid]]) {
  float total = y[i];
  while (total == 0) total = simd_sum(total);
  y[i] = total;
}
kernel void endless_barriers(device float* y [[buffer(0)]], uint i [[thread_position_in_grid]]) {
  while (y[i] == 0) threadgroup_barrier(mem_flags::mem_none);
}
kernel void twice(device float* y [[buffer(0)]], uint i [[thread_position_in_grid]]) { y[i] = 2; }
"""


def test_a_return_before_a_barrier_is_told() -> None:
    """Some threads wait and others are gone: one of each is named, and the barrier's line."""
    arguments = {0: Output(40, np.float32), 1: np.uint32(40)}
    told = only(
        check(TEXT, "returns_early", arguments, grid=(1,), threadgroup=(64,)), "return-before-barrier"
    )
    assert told.place is not None
    assert told.place.line == mark(TEXT, "after the return")
    assert told.thread is not None
    assert told.other is not None
    assert (told.thread.index, told.other.index, told.expected, told.got) == (0, 40, 64, 40)


def test_threads_at_different_barriers_are_told() -> None:
    """Two barriers with one purpose are still two; both lines are named."""
    result = check(TEXT, "two_barriers", {0: Output(64, np.float32)}, grid=(1,), threadgroup=(64,))
    told = only(result, "barrier-divergence")
    assert told.frames[0].line == mark(TEXT, "first")
    assert told.other_frames[0].line == mark(TEXT, "second")
    assert told.thread is not None
    assert told.other is not None
    assert (told.thread.index, told.other.index, told.expected, told.got) == (0, 32, 64, 64)


def test_a_simd_operation_of_some_lanes_is_told_and_stays_among_them() -> None:
    """Lanes of one call site sum among themselves, and all meet again where the branches end."""
    result = check(TEXT, "lanes_apart", {0: Output(32, np.float32)}, grid=(1,), threadgroup=(32,))
    assert kinds(result) == ["simdgroup-divergence"] * 2
    assert {d.frames[0].line: (d.expected, d.got) for d in result.diagnostics} == {
        mark(TEXT, "low lanes"): (32, 20),
        mark(TEXT, "high lanes"): (32, 12),
    }
    np.testing.assert_array_equal(result.outputs[0], [20 + 20] * 20 + [12 + 20] * 12)
    assert result.counts.divergent_simd_operations == 2


@pytest.mark.parametrize("mode", ["fast", "check"])
@pytest.mark.parametrize("kernel", ["endless", "endless_sums", "endless_barriers"])
def test_a_kernel_that_never_ends_is_ended(kernel: str, mode: str) -> None:
    """The deadline holds whatever a kernel spins on, and the next dispatch is as good as any."""
    start_s = time.monotonic()
    lib = library(TEXT, mode)
    arguments = {0: Output(np.zeros(64, np.float32))}
    settings: dict[str, Any] = {"grid": (2,), "threadgroup": (32,), "workers": 2}
    result = lib.run(kernel, arguments, deadline_s=0.2, **settings)
    assert result.fatal
    assert "deadline" in kinds(result)
    assert time.monotonic() - start_s < 20
    told = next(d for d in result.diagnostics if d.kind == "deadline")
    if kernel == "endless":
        assert told.place is not None
        assert told.place.line == mark(TEXT, "endless")
    after = lib.run("twice", {0: Output(64, np.float32)}, **settings)
    assert kinds(after) == []
    np.testing.assert_array_equal(after.outputs[0], np.full(64, 2))
