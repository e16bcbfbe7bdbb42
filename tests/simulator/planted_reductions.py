"""Bugs planted in sums and prefix sums, and in their launches."""

from __future__ import annotations

import numpy as np

from tests.simulator.feature_cases import whole
from tests.simulator.planted_bugs import BARRIER, MARKED, Bug, misaligned

RUNNING = {"expected": {1: np.array([whole(90)[:64].sum(), whole(90).sum()])}}
SUM_OF_PARTS = f"""partial[simdgroup] = total;
  {BARRIER}  total = 0;
  for (uint p = 0; p < 4; ++p) total += partial[p];"""

REDUCTIONS = (
    Bug(
        "no_barrier_before_read",
        "sum_rows",
        "threadgroup-race",
        edits=(
            (
                BARRIER + "  if (simdgroup == 0) {\n    total = simd_sum(lane",
                "if (simdgroup == 0) {\n    total = simd_sum(lane",
            ),
        ),
        at="total = simd_sum(lane < simdgroups",
        options={"order": "reversed"},
        memory="partial",
        element=2,
        thread=2,
    ),
    Bug(
        "barrier_in_one_simdgroup",
        "sum_rows",
        "return-before-barrier",
        edits=(
            (
                BARRIER + "  if (simdgroup == 0) {\n    total",
                "if (simdgroup == 0) {\n    " + MARKED + "    total",
            ),
        ),
        thread=0,
        is_right=True,
    ),
    Bug(
        "two_barriers_for_one",
        "tree_sum",
        "barrier-divergence",
        edits=(
            (
                BARRIER + "    if (index < step) sums",
                "if (index < 64)\n" + MARKED + "    else\n" + BARRIER + "    if (index < step) sums",
            ),
        ),
        thread=0,
        is_right=True,
    ),
    Bug(
        "barrier_left_out_by_some",
        "softmax",
        "barrier-divergence",
        edits=(
            (
                "if (lane == 0) shared[simdgroup] = largest;\n  ",
                "if (lane == 0) shared[simdgroup] = largest;\n  if (simdgroup < 2) ",
            ),
        ),
        at="if (simdgroup < 2) ",
        thread=0,
    ),
    Bug(
        "other_trip_count",
        "tree_sum",
        "return-before-barrier",
        edits=((BARRIER + "    if (index < step) sums", MARKED + "    if (index >= step) break;\n    sums"),),
        is_right=True,
    ),
    Bug(
        "tree_without_barrier",
        "tree_sum",
        "threadgroup-uninitialised",
        edits=((BARRIER + "    if (index < step)", "if (index < step)"),),
        at="if (index < step)",
        memory="sums",
        element=64,
        thread=0,
    ),
    Bug(
        "last_steps_in_lockstep",
        "tree_sum",
        "lockstep-race",
        edits=((BARRIER + "    if (index < step)", "if (step >= 32) " + BARRIER + "    if (index < step)"),),
        at="if (index < step)",
        memory="sums",
    ),
    Bug(
        "array_one_too_small",
        "tree_sum",
        "threadgroup-out-of-bounds",
        edits=(("float sums[128]", "float sums[127]"),),
        at="sums[index] = x[group * threads + index];",
        memory="sums",
        element=127,
        thread=127,
        is_right=True,
    ),
    Bug(
        "index_one_too_far",
        "shuffle_sum",
        "threadgroup-out-of-bounds",
        edits=(
            (
                SUM_OF_PARTS,
                SUM_OF_PARTS.replace("[simdgroup]", "[simdgroup + 1]").replace("[p]", "[p + 1]"),
            ),
        ),
        at="partial[simdgroup + 1] = total;",
        memory="partial",
        element=4,
        thread=127,
        is_right=True,
    ),
    Bug(
        "one_array_for_two",
        "softmax",
        "threadgroup-race",
        edits=(
            (
                "largest = simd_max(shared[min(lane, simdgroups - 1)]);\n  " + BARRIER,
                "largest = simd_max(shared[min(lane, simdgroups - 1)]);\n",
            ),
        ),
        at="largest = simd_max(shared[min(lane",
        memory="shared",
        element=0,
    ),
    Bug(
        "scan_in_place",
        "scan",
        "threadgroup-race",
        edits=(
            (
                "halves[1 - from][index] = halves[from][index] + left;\n    from = 1 - from;",
                "halves[from][index] += left;",
            ),
        ),
        at="const int left = index",
        memory="halves",
        element=31,
        thread=32,
    ),
    Bug(
        "sums_of_other_groups",
        "ordered_sum",
        "device-race",
        edits=(("out[group] = total;", "out[group] = total + (group > 0 ? out[group - 1] : 0.0f);"),),
        at="out[group] = total",
        launch=RUNNING,
        is_right=True,
        memory="out",
        element=0,
        thread=0,
        threadgroup=(1, 0, 0),
    ),
    Bug(
        "no_threadgroup_length",
        "ordered_sum",
        "launch-threadgroup-length",
        options={"threadgroup_lengths": {}},
        memory="sums",
    ),
    Bug(
        "threadgroup_length_too_small",
        "ordered_sum",
        "threadgroup-out-of-bounds",
        at="sums[index] = i < count",
        options={"threadgroup_lengths": {0: 128}},
        is_right=True,
        memory="sums",
        element=32,
        thread=32,
    ),
    Bug(
        "barrier_without_memory",
        "ordered_sum",
        "threadgroup-race",
        edits=(
            (BARRIER + "  if (index != 0)", "threadgroup_barrier(mem_flags::mem_none);\n  if (index != 0)"),
        ),
        at="total += sums[t]",
        is_right=True,
        memory="sums",
        element=32,
        thread=0,
    ),
    Bug(
        "barrier_for_device_memory",
        "ordered_sum",
        "threadgroup-race",
        edits=(
            (BARRIER + "  if (index != 0)", "threadgroup_barrier(mem_flags::mem_device);\n  if (index != 0)"),
        ),
        at="total += sums[t]",
        is_right=True,
        memory="sums",
        element=32,
        thread=0,
    ),
    Bug(
        "simd_sum_of_some_lanes",
        "sum_rows",
        "simdgroup-divergence",
        edits=(
            (
                "total = simd_sum(lane < simdgroups ? partial[lane] : 0.0f);",
                "if (lane < simdgroups) total = simd_sum(partial[lane]);",
            ),
        ),
        at="if (lane < simdgroups) total = simd_sum(",
        is_right=True,
        thread=0,
    ),
    Bug(
        "shuffle_in_a_branch",
        "shuffle_sum",
        "simdgroup-divergence",
        edits=(
            (
                "for (ushort step = 16; step > 0; step /= 2) total += simd_shuffle_xor(total, step);",
                "for (ushort step = 16; step > 0; step /= 2)\n"
                "    if (lane >= step) total += simd_shuffle_xor(total, step);",
            ),
        ),
        at="if (lane >= step) total",
        thread=1,
    ),
    Bug(
        "row_offset_forgotten",
        "softmax",
        "device-race",
        edits=(
            (
                "out[row * columns + i] = exp(from[i] - largest) / total;\n}\n\n// Softmax in one",
                "out[i] = exp(from[i] - largest) / total;\n}\n\n// Softmax in one",
            ),
        ),
        at="out[i] = exp(",
        memory="out",
        element=0,
        thread=0,
        threadgroup=(1, 0, 0),
        same_value=False,
    ),
    Bug(
        "group_offset_forgotten",
        "tree_sum",
        "device-race",
        edits=(("if (index == 0) out[group] = sums[0];", "if (index == 0) out[0] = sums[0];"),),
        at="out[0] = sums[0];",
        memory="out",
        element=0,
        thread=0,
        threadgroup=(1, 0, 0),
    ),
    Bug("too_many_threads", "sum_rows", "launch-too-many-threads", launch={"threadgroup": (32, 64)}),
    Bug(
        "long_for_uint",
        "sum_rows",
        "launch-bytes-size",
        arguments={2: np.int64(150)},
        is_right=True,
        memory="columns",
    ),
    Bug("buffer_not_bound", "sum_rows", "launch-missing-buffer", arguments={1: None}, memory="out"),
    Bug("grid_rounded_to_zero", "sum_rows", "launch-empty-grid", launch={"grid": (5 // 96,)}),
    Bug(
        "threadgroup_too_small",
        "shuffle_sum",
        "threadgroup-uninitialised",
        at="total += partial[p];",
        launch={"grid": (4,), "threadgroup": (64,)},
        memory="partial",
        element=2,
        thread=0,
    ),
    Bug(
        "threadgroup_too_large",
        "tree_sum",
        "threadgroup-out-of-bounds",
        at="sums[index] = x[group * threads + index];",
        launch={"grid": (1,), "threadgroup": (256,)},
        memory="sums",
        element=128,
        thread=128,
    ),
    Bug(
        "too_much_threadgroup_memory",
        "tree_sum",
        "launch-threadgroup-memory",
        edits=(("float sums[128]", "float sums[8200]"),),
        is_right=True,
    ),
    Bug(
        "more_threads_than_promised",
        "tree_sum",
        "launch-max-total-threads",
        edits=(
            ("[[kernel]] void tree_sum", "[[kernel, max_total_threads_per_threadgroup(64)]] void tree_sum"),
        ),
    ),
    Bug(
        "output_not_aligned",
        "tree_sum",
        "launch-alignment",
        arguments={1: lambda: misaligned(3)},
        is_right=True,
        memory="out",
    ),
)
