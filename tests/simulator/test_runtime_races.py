"""Races: what barriers order and what they do not, for threadgroup and device memory, within and across simdgroups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels.simulator import Output, Result
from tests.simulator.runtime_runs import check, kinds, mark, only

TEXT = """
constant bool first_barrier [[function_constant(0)]];
constant bool second_barrier [[function_constant(1)]];
constant uint kind_of_barrier [[function_constant(2)]];

void barrier() {
  if (kind_of_barrier == 0) threadgroup_barrier(mem_flags::mem_none);
  if (kind_of_barrier == 1) threadgroup_barrier(mem_flags::mem_device);
  if (kind_of_barrier == 2) threadgroup_barrier(mem_flags::mem_threadgroup);
  if (kind_of_barrier == 3) threadgroup_barrier(mem_flags::mem_device | mem_flags::mem_threadgroup);
  if (kind_of_barrier == 4) simdgroup_barrier(mem_flags::mem_threadgroup);
}

// Each thread reads what the thread on the other side of the threadgroup wrote, twice.
kernel void mirror(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                   uint i [[thread_index_in_threadgroup]], uint n [[threads_per_threadgroup]],
                   uint g [[thread_position_in_grid]]) {
  threadgroup float tile[128];
  float total = 0;
  for (uint step = 0; step < 2; ++step) {
    tile[i] = x[g] + step;  // writes
    if (first_barrier) barrier();
    total += tile[n - 1 - i];  // reads
    if (second_barrier) barrier();
  }
  y[g] = total;
}
kernel void through_device(device float* y [[buffer(0)]], device float* z [[buffer(1)]],
                           uint i [[thread_index_in_threadgroup]], uint n [[threads_per_threadgroup]]) {
  y[i] = i;  // device write
  barrier();
  z[i] = y[n - 1 - i];  // device read
}
kernel void next_group(device float* y [[buffer(0)]], uint i [[thread_position_in_grid]],
                       uint n [[threads_per_grid]]) {
  y[i] = i;  // own
  threadgroup_barrier(mem_flags::mem_device);
  if (i + 32 < n) y[i + 32] = y[i];  // of the next
}
kernel void all_write_zero(device float* y [[buffer(0)]], uint i [[thread_index_in_threadgroup]],
                           uint g [[thread_position_in_grid]]) {
  y[g / 64] = 0;  // zero
}
kernel void all_write_index(device float* y [[buffer(0)]], uint g [[thread_position_in_grid]]) {
  y[g / 64] = g;  // index
}
kernel void neighbours(device half* y [[buffer(0)]], device uchar* z [[buffer(1)]],
                       uint i [[thread_position_in_grid]]) {
  threadgroup half tile[64];
  tile[i % 64] = i;
  y[i] = tile[i % 64];
  z[i] = i;
}
kernel void histogram(device atomic_uint* counts [[buffer(0)]], device uint* last [[buffer(1)]],
                      uint i [[thread_position_in_grid]]) {
  atomic_fetch_add_explicit(&counts[i % 4], 1, memory_order_relaxed);
  last[i] = atomic_load_explicit(&counts[i % 4], memory_order_relaxed) > 0;
}
kernel void mixes_atomics(device atomic_uint* counts [[buffer(0)]], device uint* plain [[buffer(1)]],
                          uint i [[thread_position_in_grid]]) {
  threadgroup atomic_uint shared;
  if (i == 40) *reinterpret_cast<threadgroup uint*>(&shared) = 0;  // plain
  atomic_fetch_add_explicit(&shared, 1, memory_order_relaxed);  // atomic
  plain[i] = 1;
}
kernel void one_reads_then_all_write(device float* y [[buffer(0)]], uint i [[thread_index_in_threadgroup]]) {
  threadgroup float value[1];
  if (i == 0) value[0] = 1;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  y[i] = value[0];  // everybody reads
  if (i == READER) value[0] = 2;  // one writes
}
"""


def _mirror(threads: int, **constants: Any) -> Result:
    x = np.arange(2 * threads, dtype=np.float32)
    values = {
        0: constants.get("first", True),
        1: constants.get("second", True),
        2: np.uint32(constants["barrier"]),
    }
    arguments = {0: x, 1: Output(2 * threads, np.float32)}
    return check(_text(), "mirror", arguments, grid=(2,), threadgroup=(threads,), function_constants=values)


def _text(reader: int = 0) -> str:
    return TEXT.replace("READER", str(reader))


def test_barriers_before_and_after_a_read_are_enough() -> None:
    """A kernel with both barriers is silent, and right."""
    result = _mirror(128, barrier=2)
    assert kinds(result) == []
    x = np.arange(128, dtype=np.float32)
    np.testing.assert_array_equal(result.outputs[1][:128], 2 * x[::-1] + 1)


@pytest.mark.parametrize(("first", "second"), [(False, True), (True, False)])
def test_a_missing_barrier_is_a_race_between_the_two_lines(first: bool, second: bool) -> None:
    """Without the barrier before the read, or the one before the next write, both lines are told."""
    result = _mirror(128, first=first, second=second, barrier=2)
    told = next(d for d in result.diagnostics if d.kind == "threadgroup-race")
    # Whoever reads too early may find that nobody has written yet.
    assert set(kinds(result)) <= {"threadgroup-race", "threadgroup-uninitialised"}
    assert told.memory == "threadgroup"
    assert told.name == "tile"
    assert told.thread is not None
    assert told.other is not None
    assert told.thread.index + told.other.index == 127
    assert told.is_write != told.other_is_write
    lines = {frames[0].line for frames in (told.frames, told.other_frames)}
    assert lines == {mark(TEXT, "writes"), mark(TEXT, "reads")}


@pytest.mark.parametrize(("barrier", "ordered"), [(0, False), (1, False), (2, True), (3, True), (4, False)])
def test_only_a_threadgroup_barrier_with_its_flag_orders_threadgroup_memory(
    barrier: int, ordered: bool
) -> None:
    """mem_none and mem_device order no threadgroup memory; a simdgroup barrier none of other simdgroups."""
    assert ("threadgroup-race" in kinds(_mirror(128, barrier=barrier))) != ordered


def test_a_simdgroup_barrier_orders_one_simdgroup() -> None:
    """Within 32 threads a simdgroup barrier is enough; without any barrier the race is the softer kind."""
    assert kinds(_mirror(32, barrier=4)) == []
    unordered = kinds(_mirror(32, first=False, second=False, barrier=4))
    assert set(unordered) == {"lockstep-race", "threadgroup-uninitialised"}


@pytest.mark.parametrize(("barrier", "ordered"), [(0, False), (1, True), (2, False), (3, True)])
def test_only_mem_device_orders_device_memory(barrier: int, ordered: bool) -> None:
    """Threads that talk through a buffer need mem_device."""
    arguments = {0: Output(64, np.float32), 1: Output(64, np.float32)}
    constants = {2: np.uint32(barrier)}
    result = check(
        _text(), "through_device", arguments, grid=(1,), threadgroup=(64,), function_constants=constants
    )
    assert ("device-race" in kinds(result)) != ordered
    if not ordered:
        told = next(d for d in result.diagnostics if d.kind == "device-race")
        assert told.place is not None
        assert told.place.line == mark(TEXT, "device read")
        assert told.other_frames[0].line == mark(TEXT, "device write")


def test_threadgroups_are_never_ordered() -> None:
    """A barrier does not help against another threadgroup; the message says which."""
    result = check(_text(), "next_group", {0: Output(64, np.float32)}, grid=(2,), threadgroup=(32,))
    told = only(result, "device-race")
    assert told.thread is not None
    assert told.other is not None
    assert (told.other.threadgroup, told.thread.threadgroup) == ((0, 0, 0), (1, 0, 0))
    assert told.place is not None
    assert told.place.line == mark(TEXT, "own")
    assert told.other_frames[0].line == mark(TEXT, "of the next")
    assert (told.element, told.count) == (32, 32)


def test_equal_values_make_a_race_milder() -> None:
    """All threads writing zero is told with same_value, all writing their index without."""
    arguments = {0: Output(2, np.float32)}
    zero = check(_text(), "all_write_zero", arguments, grid=(2,), threadgroup=(64,))
    index = check(_text(), "all_write_index", arguments, grid=(2,), threadgroup=(64,))
    assert {d.same_value for d in zero.diagnostics} == {True}
    assert {d.same_value for d in index.diagnostics} == {False}
    assert kinds(zero) == kinds(index) == ["device-race", "lockstep-race"]


def test_neighbouring_halves_and_bytes_do_not_race() -> None:
    """Two threads may write the two halves of one word, or four threads its bytes."""
    arguments = {0: Output(128, np.float16), 1: Output(128, np.uint8)}
    result = check(_text(), "neighbours", arguments, grid=(2,), threadgroup=(64,))
    assert kinds(result) == []
    np.testing.assert_array_equal(result.outputs[1], np.arange(128))


def test_atomics_do_not_race_with_atomics() -> None:
    """A histogram is silent and complete."""
    arguments = {0: Output(np.zeros(4, np.uint32)), 1: Output(256, np.uint32)}
    result = check(_text(), "histogram", arguments, grid=(4,), threadgroup=(64,))
    assert kinds(result) == []
    np.testing.assert_array_equal(result.outputs[0], [64, 64, 64, 64])


def test_atomics_race_with_plain_accesses() -> None:
    """Setting a counter while others add to it is told."""
    arguments = {0: Output(np.zeros(1, np.uint32)), 1: Output(64, np.uint32)}
    result = check(_text(), "mixes_atomics", arguments, grid=(1,), threadgroup=(64,))
    told = next(d for d in result.diagnostics if d.kind == "threadgroup-race")
    assert told.place is not None
    assert told.place.line in (mark(TEXT, "plain"), mark(TEXT, "atomic"))


@pytest.mark.parametrize("writer", [0, 31, 32, 63])
def test_a_write_after_many_reads_is_a_race_whoever_writes(writer: int) -> None:
    """Of 64 readers at least one conflicts with the writer, and is of another simdgroup."""
    text = _text(writer)
    result = check(
        text, "one_reads_then_all_write", {0: Output(64, np.float32)}, grid=(1,), threadgroup=(64,)
    )
    told = next(d for d in result.diagnostics if d.kind == "threadgroup-race")
    assert told.thread is not None
    assert told.other is not None
    assert told.thread.simdgroup != told.other.simdgroup
    assert {told.frames[0].line, told.other_frames[0].line} == {
        mark(text, "everybody reads"),
        mark(text, "one writes"),
    }
