"""Bugs planted in the solution's kernels."""

from __future__ import annotations

from tests.simulator.planted_bugs import BARRIER, Bug

REFERENCE = (
    Bug(
        "grid_rounded_up",
        "swiglu",
        "device-out-of-bounds",
        at="const float x = static_cast<float>(gate[i])",
        launch={"grid": (4,)},
        options={"grid_is_threads": False},
        is_right=True,
        memory="gate",
        element=100,
        thread=4,
        threadgroup=(3, 0, 0),
    ),
    Bug(
        "half_the_simdgroups",
        "rms_norm",
        "threadgroup-uninitialised",
        at="total += partial[i]",
        launch={"threadgroup": (64,)},
        memory="partial",
        element=2,
        thread=0,
    ),
    Bug(
        "twice_the_simdgroups",
        "rms_norm",
        "threadgroup-out-of-bounds",
        at="partial[simdgroup] = squares",
        launch={"threadgroup": (256,)},
        is_right=True,
        memory="partial",
        element=4,
        thread=128,
    ),
    Bug(
        "row_of_the_wrong_length",
        "rms_norm",
        "device-race",
        edits=(("out + static_cast<ulong>(row) * dim", "out + static_cast<ulong>(row) * threads / 2"),),
        at="to[i] = static_cast<T>",
        memory="out",
        element=64,
        thread=0,
        threadgroup=(1, 0, 0),
    ),
    Bug(
        "parts_read_too_early",
        "vecmat",
        "threadgroup-uninitialised",
        edits=(
            ("partial[part][j][lane] = totals[j];\n  " + BARRIER, "partial[part][j][lane] = totals[j];\n"),
        ),
        at="total += partial[p][column % 8]",
        memory="partial",
    ),
    Bug(
        "one_part_too_many",
        "vecmat",
        "threadgroup-out-of-bounds",
        at="partial[part][j][lane] = totals[j]",
        launch={"threadgroup": (288,)},
        memory="partial",
        thread=256,
    ),
    Bug(
        "next_step_over_this_one",
        "tiled",
        "threadgroup-race",
        edits=(
            (
                "    threadgroup_barrier(mem_flags::mem_threadgroup);  // nobody loads the next tile over "
                "one that is still read\n",
                "",
            ),
        ),
        at="total += a_tile[m * kStride + k]",
        memory="w_tile",
    ),
    Bug(
        "weights_outside_not_zero",
        "tiled",
        "threadgroup-uninitialised",
        edits=(("for (uint j = 0; j < 8; ++j) to[j * kNext] = 0;", ";"),),
        at="total += a_tile[m * kStride + k]",
        is_right=True,
        memory="w_tile",
        threadgroup=(2, 0, 0),
    ),
    Bug(
        "weights_row_not_bounded",
        "tiled",
        "device-out-of-bounds",
        edits=(("if (n0 + n < sizes.N && k0 + k < sizes.K) {", "if (k0 + k < sizes.K) {"),),
        at="const float scale = static_cast<float>(scales[at /",
        is_right=True,
        memory="scales",
        element=80,
        threadgroup=(2, 0, 0),
    ),
    Bug(
        "results_over_a_tile_in_use",
        "matrix",
        "threadgroup-race",
        edits=(
            (
                "columns[j], totals[i][j]);\n      }\n    }\n    " + BARRIER,
                "columns[j], totals[i][j]);\n      }\n    }\n",
            ),
        ),
        at="simdgroup_store(totals[i][j]",
        memory="a_tile",
    ),
    Bug(
        "output_columns_forgotten",
        "matvec",
        "output-not-written",
        launch={"grid": (40 // 8, 20)},
        memory="out",
        element=20,
    ),
)
