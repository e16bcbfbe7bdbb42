"""Bugs planted in right kernels or in their launches, and what has to be told about each."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from kernels.simulator import Output
from tests.simulator.feature_cases import whole
from tests.simulator.variants import Edits

BARRIER = "threadgroup_barrier(mem_flags::mem_threadgroup);\n"
MARKED = "threadgroup_barrier(mem_flags::mem_threadgroup);  // BUG\n"


@dataclasses.dataclass(frozen=True)
class Bug:
    """A bug, and the message that has to come.

    Attributes:
        name: Name of the bug.
        case: Case of the right kernel.
        kind: Kind of the message.
        edits: What changes in the kernel's file.
        at: Text whose line is marked as the bug's; empty where the edits mark it, or the message has no line.
        arguments: Arguments that replace those of the case; None leaves one out. A function makes a fresh one.
        launch: Fields of the case that change: ``grid``, ``threadgroup``, ``expected``.
        options: Keywords of ``Library.run`` that change.
        is_right: Whether the numbers are right all the same, in the normal order.
        memory: Name of the buffer or threadgroup array.
        element: Element that is told.
        thread: Index of the thread in its threadgroup.
        threadgroup: Position of its threadgroup.
        same_value: Whether two racing writes wrote the same.
    """

    name: str
    case: str
    kind: str
    edits: Edits = ()
    at: str = ""
    arguments: dict[int, Any] = dataclasses.field(default_factory=dict)
    launch: dict[str, Any] = dataclasses.field(default_factory=dict)
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    is_right: bool = False
    memory: str = ""
    element: int | None = None
    thread: int | None = None
    threadgroup: tuple[int, int, int] | None = None
    same_value: bool | None = None


def misaligned(count: int) -> Output:
    """Return an output whose memory starts one byte past a multiple of its element's size."""
    output = Output(count)
    output.array = np.zeros(4 * count + 16, np.uint8)[1 : 4 * count + 1].view(np.float32)
    return output


RUNNING = {"expected": {1: np.array([whole(90)[:64].sum(), whole(90).sum()])}}
SMALL_GROUPS = {
    "grid": (4,),
    "threadgroup": (32,),
    "expected": {1: np.diff(whole(128).reshape(4, 32), axis=1, prepend=0).reshape(2, 64)},
}

REDUCTIONS = (
    Bug(
        "no_barrier_before_read", "sum_rows", "threadgroup-race",
        edits=((BARRIER + "  if (simdgroup == 0) {\n    total = simd_sum(lane", "if (simdgroup == 0) {\n    total = simd_sum(lane"),),
        at="total = simd_sum(lane < simdgroups", options={"order": "reversed"},
        memory="partial", element=2, thread=2,
    ),
    Bug(
        "barrier_in_one_simdgroup", "sum_rows", "return-before-barrier",
        edits=((BARRIER + "  if (simdgroup == 0) {\n    total", "if (simdgroup == 0) {\n    " + MARKED + "    total"),), thread=0, is_right=True,
    ),
    Bug(
        "two_barriers_for_one", "tree_sum", "barrier-divergence",
        edits=((BARRIER + "    if (index < step) sums", "if (index < 64)\n" + MARKED + "    else\n" + BARRIER + "    if (index < step) sums"),),
        thread=0, is_right=True,
    ),
    Bug(
        "barrier_left_out_by_some", "softmax", "barrier-divergence",
        edits=(("if (lane == 0) shared[simdgroup] = largest;\n  ", "if (lane == 0) shared[simdgroup] = largest;\n  if (simdgroup < 2) "),),
        at="if (simdgroup < 2) ", thread=0,
    ),
    Bug(
        "other_trip_count", "tree_sum", "return-before-barrier",
        edits=((BARRIER + "    if (index < step) sums", MARKED + "    if (index >= step) break;\n    sums"),), is_right=True,
    ),
    Bug(
        "tree_without_barrier", "tree_sum", "threadgroup-uninitialised",
        edits=((BARRIER + "    if (index < step)", "if (index < step)"),),
        at="if (index < step)", memory="sums", element=64, thread=0,
    ),
    Bug(
        "last_steps_in_lockstep", "tree_sum", "lockstep-race",
        edits=((BARRIER + "    if (index < step)", "if (step >= 32) " + BARRIER + "    if (index < step)"),),
        at="if (index < step)", memory="sums", 
    ),
    Bug(
        "array_one_too_small", "tree_sum", "threadgroup-out-of-bounds",
        edits=(("float sums[128]", "float sums[127]"),),
        at="sums[index] = x[group * threads + index];", memory="sums", element=127, thread=127, is_right=True,
    ),
    Bug(
        "index_one_too_far", "shuffle_sum", "threadgroup-out-of-bounds",
        edits=(("partial[simdgroup] = total;\n  threadgroup_barrier(mem_flags::mem_threadgroup);\n  total = 0;\n  for (uint p = 0; p < 4; ++p) total += partial[p];",
                "partial[simdgroup + 1] = total;\n  threadgroup_barrier(mem_flags::mem_threadgroup);\n  total = 0;\n  for (uint p = 0; p < 4; ++p) total += partial[p + 1];"),),
        at="partial[simdgroup + 1] = total;", memory="partial", element=4, thread=127, is_right=True,
    ),
    Bug(
        "one_array_for_two", "softmax", "threadgroup-race",
        edits=(("largest = simd_max(shared[min(lane, simdgroups - 1)]);\n  " + BARRIER, "largest = simd_max(shared[min(lane, simdgroups - 1)]);\n"),),
        at="largest = simd_max(shared[min(lane", memory="shared", element=0,
    ),
    Bug(
        "scan_in_place", "scan", "threadgroup-race",
        edits=(("halves[1 - from][index] = halves[from][index] + left;\n    from = 1 - from;", "halves[from][index] += left;"),),
        at="const int left = index", memory="halves", element=31, thread=32,
    ),
    Bug(
        "sums_of_other_groups", "ordered_sum", "device-race",
        edits=(("out[group] = total;", "out[group] = total + (group > 0 ? out[group - 1] : 0.0f);"),),
        at="out[group] = total", launch=RUNNING, is_right=True,
        memory="out", element=0, thread=0, threadgroup=(1, 0, 0),
    ),
    Bug("no_threadgroup_length", "ordered_sum", "launch-threadgroup-length", options={"threadgroup_lengths": {}}, memory="sums"),
    Bug(
        "threadgroup_length_too_small", "ordered_sum", "threadgroup-out-of-bounds",
        at="sums[index] = i < count", options={"threadgroup_lengths": {0: 128}}, is_right=True,
        memory="sums", element=32, thread=32,
    ),
    Bug(
        "barrier_without_memory", "ordered_sum", "threadgroup-race",
        edits=((BARRIER + "  if (index != 0)", "threadgroup_barrier(mem_flags::mem_none);\n  if (index != 0)"),),
        at="total += sums[t]", is_right=True, memory="sums", element=32, thread=0,
    ),
    Bug(
        "barrier_for_device_memory", "ordered_sum", "threadgroup-race",
        edits=((BARRIER + "  if (index != 0)", "threadgroup_barrier(mem_flags::mem_device);\n  if (index != 0)"),),
        at="total += sums[t]", is_right=True, memory="sums", element=32, thread=0,
    ),
    Bug(
        "simd_sum_of_some_lanes", "sum_rows", "simdgroup-divergence",
        edits=(("total = simd_sum(lane < simdgroups ? partial[lane] : 0.0f);", "if (lane < simdgroups) total = simd_sum(partial[lane]);"),),
        at="if (lane < simdgroups) total = simd_sum(", is_right=True, thread=0,
    ),
    Bug(
        "shuffle_in_a_branch", "shuffle_sum", "simdgroup-divergence",
        edits=(("for (ushort step = 16; step > 0; step /= 2) total += simd_shuffle_xor(total, step);",
                "for (ushort step = 16; step > 0; step /= 2)\n    if (lane >= step) total += simd_shuffle_xor(total, step);"),),
        at="if (lane >= step) total", thread=1,
    ),
    Bug(
        "row_offset_forgotten", "softmax", "device-race",
        edits=(("out[row * columns + i] = exp(from[i] - largest) / total;\n}\n\n// Softmax in one", "out[i] = exp(from[i] - largest) / total;\n}\n\n// Softmax in one"),),
        at="out[i] = exp(", memory="out", element=0, thread=0, threadgroup=(1, 0, 0), same_value=False,
    ),
    Bug(
        "group_offset_forgotten", "tree_sum", "device-race",
        edits=(("if (index == 0) out[group] = sums[0];", "if (index == 0) out[0] = sums[0];"),),
        at="out[0] = sums[0];", memory="out", element=0, thread=0, threadgroup=(1, 0, 0),
    ),
    Bug("too_many_threads", "sum_rows", "launch-too-many-threads", launch={"threadgroup": (32, 64)}),
    Bug("long_for_uint", "sum_rows", "launch-bytes-size", arguments={2: np.int64(150)}, is_right=True, memory="columns"),
    Bug("buffer_not_bound", "sum_rows", "launch-missing-buffer", arguments={1: None}, memory="out"),
    Bug("grid_rounded_to_zero", "sum_rows", "launch-empty-grid", launch={"grid": (5 // 96,)}),
    Bug(
        "threadgroup_too_small", "shuffle_sum", "threadgroup-uninitialised",
        at="total += partial[p];", launch={"grid": (4,), "threadgroup": (64,)}, memory="partial", element=2, thread=0,
    ),
    Bug(
        "threadgroup_too_large", "tree_sum", "threadgroup-out-of-bounds",
        at="sums[index] = x[group * threads + index];", launch={"grid": (1,), "threadgroup": (256,)},
        memory="sums", element=128, thread=128,
    ),
    Bug(
        "too_much_threadgroup_memory", "tree_sum", "launch-threadgroup-memory",
        edits=(("float sums[128]", "float sums[8200]"),), is_right=True,
    ),
    Bug(
        "more_threads_than_promised", "tree_sum", "launch-max-total-threads",
        edits=(("[[kernel]] void tree_sum", "[[kernel, max_total_threads_per_threadgroup(64)]] void tree_sum"),),
    ),
    Bug("output_not_aligned", "tree_sum", "launch-alignment", arguments={1: lambda: misaligned(3)}, is_right=True, memory="out"),
)

TILES = (
    Bug(
        "column_bound_forgotten", "transpose", "threadgroup-uninitialised",
        edits=(("if (to_row < shape.columns && to_column < shape.rows) out[to_row * shape.rows + to_column] = tile[at.x][at.y];", "if (to_row < shape.columns) out[to_row * shape.rows + to_column] = tile[at.x][at.y];"),),
        at="out[to_row * shape.rows + to_column]", memory="tile", element=64, thread=4,
    ),
    Bug(
        "row_bound_forgotten", "transpose", "device-out-of-bounds",
        edits=(("if (row < shape.rows && column < shape.columns) tile[at.y][at.x] =", "if (column < shape.columns) tile[at.y][at.x] ="),),
        at="tile[at.y][at.x] = x", is_right=True, memory="x", element=740, thread=64, threadgroup=(0, 1, 0),
    ),
    Bug(
        "stride_of_the_other_matrix", "transpose", "device-out-of-bounds",
        edits=(("out[to_row * shape.rows + to_column] = tile[at.x][at.y]", "out[to_row * shape.columns + to_column] = tile[at.x][at.y]"),),
        at="out[to_row * shape.columns", memory="out", 
    ),
    Bug(
        "tile_one_column_short", "transpose", "threadgroup-race",
        edits=(("float tile[16][16]", "float tile[16][15]"),),
        at="tile[at.y][at.x] = x", memory="tile", element=30,
    ),
    Bug(
        "padding_on_one_side_alone", "transpose_padded", "threadgroup-uninitialised",
        edits=(("tile[at.x * kStride + r];", "tile[at.x * 16 + r];"),),
        at="tile[at.x * 16 + r]", memory="tile",
    ),
    Bug("grid_axes_swapped", "transpose", "output-not-written", launch={"grid": (2, 3)}, memory="out", element=640),
    Bug(
        "next_tile_over_this_one", "product", "threadgroup-race",
        edits=(("b_tile[k][at.x];\n    " + BARRIER, "b_tile[k][at.x];\n"),),
        at="total += a_tile[at.y][k]", memory="b_tile",
    ),
    Bug(
        "edge_not_filled", "product", "threadgroup-uninitialised",
        edits=(("a_tile[at.y][at.x] = m < p.M && k0 + at.x < p.K ? a[m * p.K + k0 + at.x] : 0.0f;", "if (m < p.M && k0 + at.x < p.K) a_tile[at.y][at.x] = a[m * p.K + k0 + at.x];"),),
        at="total += a_tile[at.y][k]", memory="a_tile", element=24, thread=24, threadgroup=(0, 1, 0), is_right=True,
    ),
    Bug(
        "last_column_not_bounded", "product", "device-race",
        edits=(("if (m < p.M && n < p.N) out[m * p.N + n]", "if (m < p.M) out[m * p.N + n]"),),
        at="if (m < p.M) out", memory="out",
    ),
    Bug(
        "depth_not_bounded", "product", "device-out-of-bounds",
        edits=(("m < p.M && k0 + at.x < p.K ? a[", "m < p.M ? a["),),
        at="m < p.M ? a[", memory="a", element=231, thread=21, threadgroup=(0, 1, 0),
    ),
    Bug("grid_too_small", "product", "output-not-written", launch={"grid": (13 // 8, 2)}, memory="out", element=8),
    Bug(
        "one_buffer_for_two", "product_double_buffered", "threadgroup-race",
        edits=(("b_tiles[1 - half_now][cell]", "b_tiles[half_now][cell]"),),
        at="b_tiles[half_now][cell]", memory="b_tiles",
    ),
    Bug(
        "matrix_past_the_end", "matrix_product_float", "device-out-of-bounds",
        edits=(("k < p.K; k += 8) {\n    simdgroup_matrix", "k <= p.K; k += 8) {\n    simdgroup_matrix"),),
        at="simdgroup_load(right,", memory="b", element=768, thread=0, threadgroup=(0, 0, 0),
    ),
    Bug(
        "halo_forgotten", "stencil", "threadgroup-out-of-bounds",
        edits=(("float tile[66]", "float tile[65]"),),
        at="if (i + 1 == count ||", memory="tile", element=65, thread=63, is_right=True,
    ),
    Bug(
        "last_neighbour_not_set", "stencil", "threadgroup-uninitialised",
        edits=(("if (i + 1 == count || index == threads - 1)", "if (index == threads - 1)"),),
        at="out[i] = tile[index]", memory="tile", element=23, thread=21, threadgroup=(2, 0, 0),
    ),
    Bug(
        "halo_not_read_on_the_left", "stencil", "device-out-of-bounds",
        edits=(("tile[0] = i > 0 ? x[i - 1] : 0.0f", "tile[0] = x[int(i) - 1]"),),
        at="tile[0] = x[int(i) - 1]", memory="x", element=-1, thread=0, threadgroup=(0, 0, 0),
    ),
    Bug(
        "ring_written_too_early", "rotate_left", "threadgroup-race",
        edits=(("% threads];\n    " + BARRIER, "% threads];\n"),),
        at="const float next = ring", memory="ring",
    ),
    Bug(
        "barrier_for_the_other_memory", "reverse_in_device_memory", "device-race",
        edits=(("threadgroup_barrier(mem_flags::mem_device)", "threadgroup_barrier(mem_flags::mem_threadgroup)"),),
        at="out[i] = scratch[", is_right=True, memory="scratch", element=63, thread=0, threadgroup=(0, 0, 0),
    ),
    Bug(
        "scratch_of_another_group", "reverse_in_device_memory", "device-uninitialised",
        edits=(("scratch[i - index + threads - 1 - index]", "scratch[i - index + 2 * threads - 1 - index]"),),
        at="out[i] = scratch[", memory="scratch", element=127, thread=0, threadgroup=(0, 0, 0),
    ),
    Bug(
        "no_barrier_before_neighbour", "differences", "threadgroup-race",
        edits=(("line[index] = x[i];\n  " + BARRIER + "  out[i] = index == 0", "line[index] = x[i];\n  out[i] = index == 0"),),
        at="out[i] = index == 0", is_right=True, memory="line", element=31, thread=32,
    ),
    Bug(
        "barrier_of_a_simdgroup", "differences", "threadgroup-race",
        edits=((BARRIER + "  out[i] = index == 0", "simdgroup_barrier(mem_flags::mem_threadgroup);\n  out[i] = index == 0"),),
        at="out[i] = index == 0", is_right=True, memory="line", element=31, thread=32,
    ),
    Bug(
        "lanes_without_barrier", "differences", "lockstep-race",
        edits=(("line[index] = x[i];\n  " + BARRIER + "  out[i] = index == 0", "line[index] = x[i];\n  out[i] = index == 0"),),
        at="out[i] = index == 0", launch=SMALL_GROUPS, is_right=True, memory="line", element=0, thread=1,
    ),
    Bug(
        "element_before_the_first", "differences", "threadgroup-out-of-bounds",
        edits=(("out[i] = index == 0 ? line[0] : line[index] - line[index - 1];", "out[i] = line[index] - line[int(index) - 1];"),),
        at="line[int(index) - 1]", memory="line", element=-1, thread=0,
    ),
)
