"""Bugs planted in what kernels are called with."""

from __future__ import annotations

import numpy as np

from kernels.simulator import Output
from tests.simulator.planted_bugs import BARRIER, MARKED, Bug

TWO_TO_ONE = np.arange(64, dtype=np.int32)
TWO_TO_ONE[40] = 5

ARGUMENTS = (
    Bug(
        "bound_forgotten",
        "scale_by_table",
        "device-out-of-bounds",
        edits=(("if (i >= count) return;\n  out[i] = x[i] * table", "out[i] = x[i] * table"),),
        at="out[i] = x[i] * table",
        is_right=True,
        memory="x",
        element=100,
        thread=4,
        threadgroup=(3, 0, 0),
    ),
    Bug(
        "input_written",
        "scale_by_table",
        "write-to-constant",
        edits=(
            (
                "out[i] = x[i] * table[i % kTableSize];",
                "out[i] = x[i] * table[i % kTableSize];\n  *const_cast<device float*>(x + i) = 0;",
            ),
        ),
        at="*const_cast<device float*>",
        is_right=True,
        memory="x",
        element=0,
        thread=0,
    ),
    Bug(
        "deep_stack",
        "scale_by_table",
        "stack-overflow",
        edits=(
            (
                "  out[i] = x[i] * table[i % kTableSize];",
                "  float numbers[50000];\n"
                "  for (uint k = 0; k < 50000; ++k) numbers[k] = x[k % count];\n  out[i] = numbers[i * 7];",
            ),
        ),
        at="void scale_by_table(const device float* x [[buffer(0)]], device float* out [[buffer(1)]],\n"
        "                               constant uint& count [[buffer(2)]], uint i [[thread_position_in_grid]]) {",
    ),
    Bug(
        "remainder_by_zero",
        "scale_by_table",
        "integer-division",
        edits=(("out[i] = x[i] * table[i % kTableSize];", "out[i] = x[i] * table[i % (count / 1000)];"),),
        at="table[i % (count / 1000)]",
        thread=0,
        threadgroup=(0, 0, 0),
    ),
    Bug(
        "pointer_never_set",
        "scale_by_table",
        "wild-access",
        edits=(
            (
                "  out[i] = x[i] * table[i % kTableSize];",
                "  const device float* from = nullptr;\n  if (count > 100) from = x;\n  out[i] = from[i];",
            ),
        ),
        at="out[i] = from[i]",
        thread=0,
        threadgroup=(0, 0, 0),
    ),
    Bug(
        "division_by_nothing",
        "scale_by_table",
        "integer-division",
        edits=(("table[i % kTableSize]", "table[i % (count - 100) % kTableSize]"),),
        at="table[i % (count - 100)",
    ),
    Bug(
        "optional_buffer_not_bound",
        "add_bias",
        "device-out-of-bounds",
        at="has_bias ? bias[i]",
        arguments={1: None},
        memory="bias",
        element=0,
    ),
    Bug(
        "function_constant_not_set",
        "add_no_bias",
        "launch-function-constant",
        at="has_bias ? bias[i]",
        options={"function_constants": {1: np.float32(3)}},
        is_right=True,
    ),
    Bug("structure_too_small", "affine", "launch-bytes-size", arguments={2: bytes(24)}, memory="map"),
    Bug(
        "vectors_of_three_are_four",
        "normalise",
        "device-out-of-bounds",
        edits=(("const device packed_float3* x [[buffer(0)]]", "const device float3* x [[buffer(0)]]"),),
        at="normalize(float3(x[i]))",
        memory="x",
        element=30,
        thread=30,
    ),
    Bug(
        "vector_not_aligned",
        "add_vectors",
        "misaligned-access",
        edits=(
            (
                "reinterpret_cast<const device float4*>(x)[i]",
                "reinterpret_cast<const device float4*>(x + 1)[i]",
            ),
        ),
        at="reinterpret_cast<const device float4*>(x + 1)",
        memory="x",
        thread=0,
    ),
    Bug(
        "half_words_together",
        "narrow",
        "lockstep-race",
        edits=(
            (
                "words[i] = static_cast<ushort>(x[i] + 32768);",
                "reinterpret_cast<device uint*>(words)[i / 2] |= uint(x[i] + 32768) << (i % 2 * 16);",
            ),
        ),
        at="reinterpret_cast<device uint*>(words)",
        arguments={2: lambda: Output(np.zeros(96, np.uint16))},
        is_right=True,
        memory="words",
        element=0,
        thread=1,
    ),
    Bug(
        "tile_of_a_full_group",
        "ragged_sum",
        "threadgroup-uninitialised",
        edits=(("t < threads; ++t) total += numbers[t]", "t < 48; ++t) total += numbers[t]"),),
        at="total += numbers[t]",
        memory="numbers",
        element=4,
        threadgroup=(2, 0, 0),
    ),
    Bug(
        "threadgroups_for_threads",
        "ragged_sum",
        "device-out-of-bounds",
        at="numbers[index] = x[i];",
        launch={"grid": (3,)},
        options={"grid_is_threads": False},
        memory="x",
        element=100,
        thread=4,
        threadgroup=(2, 0, 0),
    ),
    Bug(
        "added_to_nothing",
        "grid_stride",
        "device-uninitialised",
        edits=(("out[i] = 2 * x[i] + 1", "out[i] += 2 * x[i] + 1"),),
        at="out[i] += 2 * x[i] + 1",
        memory="out",
        element=0,
        thread=0,
    ),
    Bug(
        "tail_left_out",
        "grid_stride",
        "output-not-written",
        edits=(("i < count; i += threads) out", "i < count / threads * threads; i += threads) out"),),
        memory="out",
        element=256,
    ),
    Bug(
        "endless_loop",
        "grid_stride",
        "deadline",
        edits=(("i < count; i += threads) out", "i < count; i += threads - threads) out"),),
        options={"deadline_s": 0.3},
    ),
    Bug(
        "half_the_index",
        "grid_stride",
        "device-race",
        edits=(("out[i] = 2 * x[i] + 1", "out[i % 64] = 2 * x[i] + 1"),),
        at="out[i % 64] =",
        memory="out",
        element=0,
        threadgroup=(1, 0, 0),
        same_value=False,
    ),
    Bug(
        "return_before_barrier",
        "shift_right",
        "return-before-barrier",
        edits=(
            (
                "  threadgroup float line[64];\n  if (i < count) line",
                "  if (i >= count) return;\n  threadgroup float line[64];\n  if (i < count) line",
            ),
            (BARRIER + "  if (i < count) out[i] = index > 0", MARKED + "  if (i < count) out[i] = index > 0"),
        ),
        is_right=True,
        threadgroup=(1, 0, 0),
    ),
    Bug(
        "rows_and_columns_swapped",
        "gather",
        "device-out-of-bounds",
        at="out[at.y * width + at.x] = rows",
        launch={"grid": (5, 8)},
        memory="indices",
        element=5,
        threadgroup=(0, 5, 0),
    ),
    Bug(
        "two_to_one_place",
        "scatter",
        "device-race",
        at="out[indices[i]] = x[i]",
        arguments={1: TWO_TO_ONE},
        memory="out",
        element=5,
        thread=8,
        threadgroup=(1, 0, 0),
    ),
)
