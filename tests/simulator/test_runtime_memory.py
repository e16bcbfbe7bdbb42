"""Accesses that leave a buffer or an array, read what nobody wrote, or go nowhere: told once, with thread and line."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from kernels.simulator import Output
from kernels.simulator.launch import Binding, Dispatch, Settings, load_runtime
from kernels.simulator.runtime_build import runtime_library
from tests.simulator.runtime_runs import check, kinds, library, mark, only

TEXT = """
kernel void copy(device const float* x [[buffer(0)]], device float* y [[buffer(1)]], constant uint& n [[buffer(2)]],
                 uint i [[thread_position_in_grid]]) {
  if (i < n) y[i] = x[i];
}
kernel void past_the_end(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                         uint i [[thread_position_in_grid]]) {
  y[i] = x[i + 1];  // reads past
}
kernel void before_the_start(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                             uint i [[thread_position_in_grid]]) {
  y[int(i)] = x[int(i) - 1];  // reads before
}
kernel void wrapped(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                    uint i [[thread_position_in_grid]]) {
  y[i] = x[i - 1];  // wraps
}
kernel void no_bound(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                     uint i [[thread_position_in_grid]]) {
  y[i] = 1;  // writes past
}
kernel void tile(device float* y [[buffer(0)]], uint i [[thread_index_in_threadgroup]]) {
  threadgroup float before[8];
  threadgroup float values[31];
  if (i < 8) before[i] = 0;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  values[i] = 1;  // tile
  threadgroup_barrier(mem_flags::mem_threadgroup);
  y[i] = i < 31 ? values[i] : before[0];
}
kernel void unset_tile(device float* y [[buffer(0)]], uint i [[thread_index_in_threadgroup]],
                       uint at [[thread_position_in_grid]]) {
  threadgroup float values[32];
  if (i != 5) values[i] = 1;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  y[at] = values[i];  // unset tile
}
kernel void far(device float* y [[buffer(0)]], uint i [[thread_index_in_threadgroup]]) {
  threadgroup float first[16];
  threadgroup float second[16];
  if (i < 16) first[i] = second[i] = 1;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  y[i] = i == 3 ? second[i + 997] : first[i % 16];
}
kernel void accumulates(device float* y [[buffer(0)]], uint i [[thread_position_in_grid]]) {
  y[i] += 1;  // accumulates
}
kernel void every_second(device float* y [[buffer(0)]], uint i [[thread_position_in_grid]]) { y[2 * i] = 1; }
kernel void casts_const_away(device const float* x [[buffer(0)]], uint i [[thread_position_in_grid]]) {
  const_cast<device float*>(x)[i] = 1;  // const
}
kernel void nowhere(device float* y [[buffer(0)]], uint i [[thread_position_in_grid]]) {
  device float* nowhere = reinterpret_cast<device float*>(ulong(y[i]));
  *nowhere = 1;  // nowhere
}
kernel void thrice_wrong(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                         uint i [[thread_position_in_grid]]) {
  y[i] = x[i + 100];
  y[i] += x[i + 200];
  *reinterpret_cast<device float*>(ulong(4096 + 4 * i)) = y[i];
}
kernel void large(device float* y [[buffer(0)]], constant int& used [[buffer(1)]],
                  uint i [[thread_position_in_grid]]) {
  float many[60000];
  float total = 0;
  for (int k = used - 1; k >= 0; --k) many[(k + y[i] == 3) ? 0 : k] = k;  // large
  for (int k = 0; k < used; ++k) total += many[k];
  y[i] = total;
}
"""
X = np.arange(64, dtype=np.float32)


def _sized(n: int) -> Output:
    return Output(n, np.float32)


def test_a_correct_kernel_is_silent_and_right() -> None:
    """Nothing is told of a kernel that keeps its bounds, and outputs arrive."""
    result = check(TEXT, "copy", {0: X, 1: _sized(64), 2: np.uint32(64)}, grid=(3,), threadgroup=(32,))
    assert kinds(result) == []
    np.testing.assert_array_equal(result.outputs[1], X)


@pytest.mark.parametrize(
    ("kernel", "line", "element", "thread", "count"),
    [
        ("past_the_end", "reads past", 64, 31, 1),
        ("before_the_start", "reads before", -1, 0, 1),
        ("wrapped", "wraps", 2**32 - 1, 0, 1),
    ],
)
def test_a_read_outside_its_buffer_is_told(
    kernel: str, line: str, element: int, thread: int, count: int
) -> None:
    """A read outside names buffer, element, thread and line; what it reads is NaN."""
    result = check(TEXT, kernel, {0: X, 1: _sized(64)}, grid=(2,), threadgroup=(32,))
    told = only(result, "device-out-of-bounds")
    assert (told.buffer, told.name, told.element, told.elements) == (0, "x", element, 64)
    assert told.thread is not None
    assert told.thread.index == thread
    assert told.place is not None
    assert told.place.line == mark(TEXT, line)
    assert (told.count, told.is_write, told.bytes) == (count, False, 4)
    assert np.isnan(result.outputs[1]).sum() == 1


def test_writes_past_the_end_are_counted_and_dropped() -> None:
    """A grid larger than the buffer tells the first thread outside and how many there are."""
    result = check(TEXT, "no_bound", {0: X, 1: _sized(40)}, grid=(2,), threadgroup=(32,))
    told = only(result, "device-out-of-bounds")
    assert (told.buffer, told.element, told.count, told.is_write) == (1, 40, 24, True)
    assert told.thread is not None
    assert (told.thread.threadgroup, told.thread.lane) == ((1, 0, 0), 8)


def test_an_element_past_a_threadgroup_array_names_the_array() -> None:
    """One element too far in threadgroup memory tells which array it belongs to."""
    told = only(
        check(TEXT, "tile", {0: _sized(32)}, grid=(1,), threadgroup=(32,)), "threadgroup-out-of-bounds"
    )
    assert (told.name, told.element, told.elements, told.is_write) == ("values", 31, 31, True)
    assert told.place is not None
    assert told.place.line == mark(TEXT, "tile")


def test_an_element_far_past_all_arrays_belongs_to_the_nearest() -> None:
    """Far behind the last array the message still counts from its start."""
    result = check(TEXT, "far", {0: _sized(32)}, grid=(1,), threadgroup=(32,))
    told = only(result, "threadgroup-out-of-bounds")
    assert (told.name, told.element, told.elements, told.is_write) == ("second", 1000, 16, False)


def test_reading_a_threadgroup_element_that_nobody_set_is_told() -> None:
    """Threadgroup memory has no initial value, and none left from the threadgroup before."""
    result = check(TEXT, "unset_tile", {0: _sized(64)}, grid=(2,), threadgroup=(32,))
    told = only(result, "threadgroup-uninitialised")
    assert (told.name, told.element, told.count) == ("values", 5, 2)
    assert told.place is not None
    assert told.place.line == mark(TEXT, "unset tile")
    assert np.isnan(result.outputs[0][5])


def test_accumulating_into_a_fresh_output_is_told() -> None:
    """An output's contents are undefined before the kernel, unless the host says that it is updated."""
    told = only(
        check(TEXT, "accumulates", {0: _sized(32)}, grid=(1,), threadgroup=(32,)), "device-uninitialised"
    )
    assert (told.buffer, told.count) == (0, 32)
    updated = check(TEXT, "accumulates", {0: Output(X)}, grid=(2,), threadgroup=(32,))
    assert kinds(updated) == []
    np.testing.assert_array_equal(updated.outputs[0], X + 1)


def test_elements_that_nobody_wrote_are_counted() -> None:
    """An output with holes tells the first and how many."""
    told = only(
        check(TEXT, "every_second", {0: _sized(64)}, grid=(1,), threadgroup=(32,)), "output-not-written"
    )
    assert (told.buffer, told.element, told.elements, told.count) == (0, 1, 64, 32)


def test_a_write_to_a_constant_buffer_is_told_and_has_no_effect() -> None:
    """Casting const away is seen."""
    x = X.copy()
    told = only(check(TEXT, "casts_const_away", {0: x}, grid=(1,), threadgroup=(32,)), "write-to-constant")
    assert (told.name, told.count) == ("x", 32)
    np.testing.assert_array_equal(x, X)


@pytest.mark.parametrize("mode", ["fast", "check"])
def test_an_access_to_no_memory_ends_the_dispatch(mode: str) -> None:
    """A pointer to nowhere is told with its thread; the process goes on."""
    result = library(TEXT, mode).run(
        "nowhere", {0: Output(np.full(32, 4096, np.float32))}, grid=(1,), threadgroup=(32,), workers=2
    )
    told = only(result, "wild-access")
    assert result.fatal
    assert told.thread is not None
    assert told.thread.index == 0
    assert told.place is not None
    assert told.place.line == mark(TEXT, "nowhere")


@pytest.mark.parametrize("mode", ["fast", "check"])
def test_a_full_stack_ends_the_dispatch(mode: str) -> None:
    """A private array larger than a stack is told as such, and the next dispatch is as good as any."""
    lib = library(TEXT, mode)
    full = lib.run("large", {0: Output(X), 1: np.int32(60000)}, grid=(2,), threadgroup=(32,), workers=2)
    told = only(full, "stack-overflow")
    assert full.fatal
    assert told.thread is not None
    fine = lib.run("copy", {0: X, 1: _sized(64), 2: np.uint32(64)}, grid=(2,), threadgroup=(32,), workers=2)
    assert kinds(fine) == []
    assert not fine.fatal


def test_fast_mode_tells_accesses_that_leave_the_pages_of_a_buffer() -> None:
    """Far outside, fast mode tells the access too, and reads NaN."""
    result = library(TEXT, "fast").run("wrapped", {0: X, 1: _sized(64)}, grid=(2,), threadgroup=(32,))
    told = only(result, "device-out-of-bounds")
    assert (told.name, told.element) == ("x", 2**32 - 1)
    assert np.isnan(result.outputs[1][0])
    assert not np.isnan(result.outputs[1][1:]).any()


def test_many_dispatches_do_not_grow_the_process() -> None:
    """A thousand dispatches leave as much memory mapped as fifty."""
    lib = library(TEXT, "fast")

    def mapped() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0])

    def dispatch(times: int) -> int:
        for _ in range(times):
            lib.run("copy", {0: X, 1: _sized(64), 2: np.uint32(64)}, grid=(2,), threadgroup=(32,))
        return mapped()

    assert dispatch(1000) - dispatch(50) < 256


def test_the_end_of_a_dispatch_is_told_even_when_there_are_too_many_messages() -> None:
    """With room for one message, the first is kept, and the one that ends the dispatch."""
    lib = library(TEXT)
    bindings = {0: Binding(memoryview(bytearray(256))), 1: Binding(memoryview(bytearray(256)), direction=1)}
    launch = Dispatch(bindings, (2,), (32,))
    report = load_runtime(runtime_library()).dispatch(
        lib.kernels["thrice_wrong"], launch, Settings(mode="check", max_messages=1)
    )
    assert [message["kind"] for message in report["messages"]] == ["device-out-of-bounds", "wild-access"]
    assert report["dropped_messages"] == 1
    assert report["fatal"]


def test_a_process_with_little_address_space_simulates_too() -> None:
    """Where 64 GiB for each buffer are not to be had, smaller slots do; out of bounds is told all the same."""
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\n"
        "from tests.simulator import test_runtime_memory as t\n"
        "t.test_a_correct_kernel_is_silent_and_right()\n"
        "t.test_writes_past_the_end_are_counted_and_dropped()\n"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
