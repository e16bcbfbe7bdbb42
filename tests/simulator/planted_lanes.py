"""Bugs planted in exchanges between lanes and in atomics."""

from __future__ import annotations

import numpy as np

from kernels.simulator import Output
from tests.simulator.planted_bugs import BARRIER, MARKED, Bug

PLAIN_FLAG = "*reinterpret_cast<device uint*>(found)"

LANES = (
    Bug(
        "not_all_places_filled",
        "compact",
        "output-not-written",
        edits=(("if (!keep) out[i - lane + kept + (lane - before)] = 0;", ""),),
        memory="out",
    ),
    Bug(
        "lanes_read_too_early",
        "reverse_lanes",
        "threadgroup-uninitialised",
        edits=(
            (
                "lines[simdgroup][lane] = x[i];\n  simdgroup_barrier(mem_flags::mem_threadgroup);",
                "lines[simdgroup][lane] = x[i];",
            ),
        ),
        at="const float mirrored = lines",
        memory="lines",
        element=31,
        thread=0,
    ),
    Bug(
        "lanes_write_too_early",
        "reverse_lanes",
        "lockstep-race",
        edits=(("[31 - lane];\n  simdgroup_barrier(mem_flags::mem_threadgroup);", "[31 - lane];"),),
        at="const float mirrored = lines",
        memory="lines",
        element=15,
        thread=16,
    ),
    Bug(
        "barrier_in_every_second_lane",
        "reverse_lanes",
        "simdgroup-divergence",
        edits=(("[31 - lane];\n  simdgroup_barrier", "[31 - lane];\n  if (lane % 2) simdgroup_barrier"),),
        at="if (lane % 2)",
        thread=1,
    ),
    Bug(
        "one_barrier_for_all_steps",
        "bitonic_sort",
        "threadgroup-race",
        edits=(
            (
                "step > 0; step /= 2) {\n      " + BARRIER,
                "step > 0; step /= 2) {\n      if (step == length / 2) " + BARRIER,
            ),
        ),
        at="const int a = keys[index]",
        memory="keys",
    ),
    Bug(
        "barrier_in_a_branch",
        "bitonic_sort",
        "return-before-barrier",
        edits=(
            (
                "      " + BARRIER + "      const uint other = index ^ step;\n      if (other > index) {",
                "      const uint other = index ^ step;\n      if (other > index) {\n        " + MARKED,
            ),
            (
                "  " + BARRIER + "  x[group * count + index] = keys[index];",
                "  x[group * count + index] = keys[index];",
            ),
        ),
    ),
    Bug(
        "flag_set_plainly",
        "any_negative",
        "device-race",
        edits=(("atomic_store_explicit(found, 1, memory_order_relaxed)", f"{PLAIN_FLAG} = 1"),),
        at="if (x[i] < 0)",
        is_right=True,
        memory="found",
        element=0,
        threadgroup=(1, 0, 0),
        same_value=True,
    ),
    Bug(
        "flag_read_plainly",
        "any_negative",
        "device-race",
        edits=(("if (x[i] < 0)", f"if (x[i] < 0 && {PLAIN_FLAG} == 0)"),),
        at="if (x[i] < 0",
        is_right=True,
        memory="found",
        element=0,
        threadgroup=(1, 0, 0),
    ),
    Bug(
        "bins_set_without_barrier",
        "histogram_in_threadgroup",
        "threadgroup-uninitialised",
        edits=(("0, memory_order_relaxed);\n  " + BARRIER, "0, memory_order_relaxed);\n"),),
        at="atomic_fetch_add_explicit(&bins",
        memory="bins",
    ),
    Bug(
        "counted_without_atomic",
        "histogram",
        "device-race",
        edits=(
            (
                "atomic_fetch_add_explicit(&counts[x[i] % 16], 1, memory_order_relaxed)",
                "reinterpret_cast<device uint*>(counts)[x[i] % 16] += 1",
            ),
        ),
        at="if (i < count) reinterpret_cast<device uint*>",
        is_right=True,
        memory="counts",
    ),
    Bug(
        "list_too_short",
        "append",
        "device-out-of-bounds",
        at="out[atomic_fetch_add",
        arguments={1: lambda: Output(30, np.int32)},
        launch={"expected": {1: np.full(30, 7)}},
        is_right=True,
        memory="out",
        element=30,
        thread=40,
        threadgroup=(1, 0, 0),
    ),
)
