"""Races against a definition by hand: random accesses of three simdgroups, with barriers of both kinds between steps."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from kernels.simulator import Library, Output, compile_metal

THREADS, CELLS, STEPS = 96, 6, 5
NOTHING, READ, WRITE = 0, 1, 2
NO_BARRIER, OF_THREADGROUP, OF_SIMDGROUP = 0, 1, 2

TEXT = """
#include <metal_stdlib>
using namespace metal;

kernel void in_threadgroup(const device uchar2* script [[buffer(0)]], const device uchar* barriers [[buffer(1)]],
                           constant uint& steps [[buffer(2)]], device int* out [[buffer(3)]],
                           uint index [[thread_index_in_threadgroup]], uint threads [[threads_per_threadgroup]]) {
  threadgroup int cells[6];
  if (index < 6) cells[index] = 0;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  int seen = 0;
  for (uint step = 0; step < steps; ++step) {
    const uchar2 access = script[step * threads + index];
    if (access.x == 1) seen += cells[access.y];
    if (access.x == 2) cells[access.y] = index;
    if (barriers[step] == 1) threadgroup_barrier(mem_flags::mem_threadgroup);
    if (barriers[step] == 2) simdgroup_barrier(mem_flags::mem_threadgroup);
  }
  out[index] = seen;
}

kernel void in_device(const device uchar2* script [[buffer(0)]], const device uchar* barriers [[buffer(1)]],
                      constant uint& steps [[buffer(2)]], device int* out [[buffer(3)]], device int* cells [[buffer(4)]],
                      uint index [[thread_index_in_threadgroup]], uint threads [[threads_per_threadgroup]]) {
  int seen = 0;
  for (uint step = 0; step < steps; ++step) {
    const uchar2 access = script[step * threads + index];
    if (access.x == 1) seen += cells[access.y];
    if (access.x == 2) cells[access.y] = index;
    if (barriers[step] == 1) threadgroup_barrier(mem_flags::mem_device);
    if (barriers[step] == 2) simdgroup_barrier(mem_flags::mem_device);
  }
  out[index] = seen;
}
"""


@functools.cache
def library() -> Library:
    """Return the kernels that play a script of accesses."""
    return compile_metal(TEXT, mode="check")


def random_script(seed: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return accesses [step, thread, (what, cell)], few enough that some scripts have no race, and barriers [step]."""
    rng = np.random.default_rng(seed)
    script = np.zeros((STEPS, THREADS, 2), np.uint8)
    for _ in range(int(rng.integers(2, 14))):
        step, thread = rng.integers(STEPS), rng.choice([0, 1, 31, 32, 33, 64, 95])
        script[step, thread] = rng.choice([READ, WRITE]), rng.integers(CELLS if seed % 2 else 2)
    return script, rng.choice([NO_BARRIER, OF_THREADGROUP, OF_SIMDGROUP], STEPS).astype(np.uint8)


def races(script: npt.NDArray[Any], barriers: npt.NDArray[Any]) -> set[bool]:
    """Return whether there are races within a simdgroup (True) and between simdgroups (False)."""
    accesses = [
        (int(step), int(thread), int(script[step, thread, 0]), int(script[step, thread, 1]))
        for step, thread in zip(*np.nonzero(script[:, :, 0]), strict=True)
    ]
    found = set()
    for (step, thread, what, cell), (later, other, other_what, other_cell) in itertools.combinations(accesses, 2):
        if thread == other or cell != other_cell or WRITE not in (what, other_what):
            continue
        within = thread // 32 == other // 32
        between = set(barriers[step:later].tolist())
        if OF_THREADGROUP not in between and not (within and OF_SIMDGROUP in between):
            found.add(within)
    return found


@pytest.mark.parametrize("order", ["forward", "reversed"])
@pytest.mark.parametrize(("kernel", "hard"), [("in_threadgroup", "threadgroup-race"), ("in_device", "device-race")])
def test_races_are_those_of_the_definition(kernel: str, hard: str, order: str) -> None:
    """A race between simdgroups is told exactly where there is one; one within a simdgroup where it is the only kind."""
    seen: set[frozenset[bool]] = set()
    for seed in range(150):
        script, barriers = random_script(seed)
        arguments = {0: script, 1: barriers, 2: np.uint32(STEPS), 3: Output(THREADS, np.int32)}
        if kernel == "in_device":
            arguments[4] = Output(np.zeros(CELLS, np.int32))
        result = library().run(kernel, arguments, grid=(1,), threadgroup=(THREADS,), order=order, sample=0)
        told = {diagnostic.kind for diagnostic in result.diagnostics}
        expected = races(script, barriers)
        seen.add(frozenset(expected))
        assert (hard in told) == (False in expected), (seed, told, expected)
        assert told <= {hard, "lockstep-race"}, (seed, told)
        assert "lockstep-race" not in told or True in expected, (seed, told, expected)
        assert told or not expected, seed
    assert len(seen) == 4
