"""Counts that one can work out by hand: transactions, bank passes, barriers; and that they never change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels.simulator import Counts, Output
from tests.simulator.runtime_runs import check, kinds, library, mark

TEXT = """
kernel void strided(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                    constant uint& stride [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  y[i] = x[i * stride];  // strided
}
kernel void halves(device const half* x [[buffer(0)]], device half* y [[buffer(1)]],
                   uint i [[thread_position_in_grid]]) {
  y[i] = x[i];
}
kernel void fours(device const float4* x [[buffer(0)]], device float4* y [[buffer(1)]],
                  uint i [[thread_position_in_grid]]) {
  y[i] = x[i];
}
kernel void banks(device float* y [[buffer(0)]], constant uint& stride [[buffer(1)]],
                  uint i [[thread_index_in_threadgroup]]) {
  threadgroup float tile[33 * 32];
  tile[i * stride] = i;
  threadgroup_barrier(mem_flags::mem_threadgroup);  // or the compiler would not read what it has just written
  y[i] = tile[i * stride];
}
kernel void every_other_lane(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                             uint i [[thread_position_in_grid]]) {
  float total = 0;
  if (i % 2 == 0) {
    for (uint k = 0; k < i % 32; ++k) total += x[k];  // odd one out
  }
  y[i] = total;
}
kernel void long_way(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                     uint i [[thread_position_in_grid]]) {
  float total = 0;
  for (uint k = 0; k < 5000; ++k) total += x[k * 32 + i % 32];
  y[i] = total;
}
kernel void meets(device float* y [[buffer(0)]], uint i [[thread_position_in_grid]]) {
  threadgroup float tile[64];
  tile[i % 64] = simd_sum(1.0f);
  simdgroup_barrier(mem_flags::mem_threadgroup);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  y[i] = tile[63 - i % 64] + simd_max(1.0f);
}
"""


def _counts(kernel: str, arguments: dict[int, Any], **settings: Any) -> Counts:
    settings = {"grid": (1,), "threadgroup": (32,), "sample": 1} | settings
    result = check(TEXT, kernel, arguments, **settings)
    assert kinds(result) == []
    return result.counts


@pytest.mark.parametrize(
    ("stride", "transactions", "ideal"),
    [
        (0, 1, 1),  # broadcast
        (1, 1, 1),  # coalesced
        (2, 2, 1),
        (8, 8, 1),
        (32, 32, 1),  # every lane a line of its own
    ],
)
def test_transactions_of_a_strided_read(stride: int, transactions: int, ideal: int) -> None:
    """32 lanes that read floats `stride` apart touch that many lines of 128 bytes; 1 would do."""
    x = np.zeros(32 * 32, np.float32)
    counts = _counts("strided", {0: x, 1: Output(32, np.float32), 2: np.uint32(stride)})
    assert (counts.device_transactions, counts.device_ideal_transactions) == (transactions + 1, ideal + 1)
    assert (counts.device_read_bytes, counts.device_write_bytes) == (128, 128)
    read = next(line for line in counts.lines if not line.is_write)
    assert read.place is not None
    assert read.place.line == mark(TEXT, "strided")
    assert (read.accesses, read.bytes, read.transactions, read.ideal) == (1, 128, transactions, ideal)


def test_transactions_count_bytes_not_elements() -> None:
    """32 halves are half a line, 32 vectors of four floats are four lines."""
    halves = _counts("halves", {0: np.zeros(32, np.float16), 1: Output(32, np.float16)})
    assert (halves.device_transactions, halves.device_read_bytes) == (2, 64)
    fours = _counts("fours", {0: np.zeros(128, np.float32), 1: Output(128, np.float32)})
    assert (fours.device_transactions, fours.device_read_bytes) == (8, 512)


@pytest.mark.parametrize(("stride", "passes"), [(1, 1), (2, 2), (16, 16), (32, 32), (33, 1)])
def test_bank_passes(stride: int, passes: int) -> None:
    """Lanes whose words share a bank are served one after the other; a stride of 33 takes them apart."""
    counts = _counts("banks", {0: Output(32, np.float32), 1: np.uint32(stride)})
    assert (counts.bank_passes, counts.bank_ideal_passes) == (2 * passes, 2)
    assert (counts.threadgroup_read_bytes, counts.threadgroup_write_bytes) == (128, 128)
    assert counts.threadgroup_memory_bytes == 33 * 32 * 4


def test_lanes_that_diverge_count_as_if_in_step() -> None:
    """The n-th read of each lane at one place belongs to one simdgroup access, whichever lanes take part."""
    x = np.zeros(32, np.float32)
    counts = _counts("every_other_lane", {0: x, 1: Output(32, np.float32)})
    read = next(line for line in counts.lines if not line.is_write)
    # Lane 30 reads most, 30 times; lanes 2, 4, ... read 2 + 4 + ... + 30 floats together.
    assert (read.accesses, read.transactions, read.bytes) == (30, 30, 4 * 240)


def test_a_long_way_between_meetings_is_counted_whole() -> None:
    """More accesses than the log holds lose nothing."""
    x = np.zeros(5000 * 32, np.float32)
    counts = _counts("long_way", {0: x, 1: Output(32, np.float32)})
    assert counts.device_read_bytes == 5000 * 128
    assert counts.device_transactions == 5000 + 1


def test_meetings_are_counted_per_simdgroup_and_threadgroup() -> None:
    """Two threadgroups of two simdgroups: a barrier each, and each simdgroup's operations."""
    counts = _counts("meets", {0: Output(128, np.float32)}, grid=(2,), threadgroup=(64,))
    assert (counts.threadgroup_barriers, counts.simdgroup_barriers, counts.simd_operations) == (2, 4, 8)
    assert (counts.threads, counts.threadgroups, counts.profiled_threadgroups) == (128, 2, 2)


def test_every_nth_threadgroup_is_profiled() -> None:
    """Traffic is that of the profiled threadgroups alone."""
    x = np.zeros(32, np.float32)
    arguments = {0: x, 1: Output(320, np.float32), 2: np.uint32(0)}
    counts = _counts("strided", arguments, grid=(10,), sample=4)
    assert (counts.profiled_threadgroups, counts.threadgroups, counts.device_write_bytes) == (3, 10, 3 * 128)


def test_counts_and_messages_are_the_same_every_time() -> None:
    """Two runs in check mode agree in everything, and so do one worker and two in fast mode."""

    def run(mode: str, workers: int) -> Any:
        arguments = {0: Output(60 * 64, np.float32)}
        result = library(TEXT, mode).run("meets", arguments, grid=(64,), threadgroup=(64,), workers=workers)
        return result.counts, result.diagnostics, result.outputs[0].tobytes()

    assert run("check", 1) == run("check", 2)
    assert run("fast", 1)[0] == run("fast", 2)[0]
