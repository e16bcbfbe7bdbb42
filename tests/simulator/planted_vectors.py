"""Bugs planted in accesses of 3, 6, 12 and 32 bytes, which no hook of the compiler sees."""

from __future__ import annotations

from tests.simulator.planted_bugs import Bug

BARRIER = "  threadgroup_barrier(mem_flags::mem_threadgroup);\n"
VECTORS = (
    Bug(
        "points_without_barrier",
        "mirror_points",
        "threadgroup-race",
        edits=((f"  points[index].z = point.x;\n{BARRIER}", "  points[index].z = point.x;\n"),),
        memory="points",
    ),
    Bug(
        "points_moved_on",
        "mirror_points",
        "device-out-of-bounds",
        edits=(("out[i].xy = other.xy;\n  out[i].z = 1;", "out[i + 1].xy = other.xy;\n  out[i + 1].z = 1;"),),
        is_right=True,
        memory="out",
        element=128,
        thread=63,
        threadgroup=(1, 0, 0),
    ),
    Bug(
        "points_of_two_threads",
        "mirror_points",
        "device-race",
        edits=(
            ("out[i].xy = other.xy;\n  out[i].z = 1;", "out[i / 64].xy = other.xy;\n  out[i / 64].z = 1;"),
        ),
        is_right=True,
        memory="out",
    ),
    Bug(
        "words_without_barrier",
        "turn_words",
        "threadgroup-race",
        edits=((f"x[i].wzyx;\n{BARRIER}", "x[i].wzyx;\n"),),
        at="out[i] = words[63 - index] + 1",
        options={"order": "reversed"},
        memory="words",
    ),
    Bug(
        "words_read_beyond",
        "turn_words",
        "device-out-of-bounds",
        edits=(("x[i].wzyx", "x[i + 1].wzyx"),),
        at="x[i + 1].wzyx",
        memory="x",
        element=128,
        thread=63,
        threadgroup=(1, 0, 0),
    ),
    Bug(
        "words_beyond_the_array",
        "turn_words",
        "threadgroup-out-of-bounds",
        edits=(("words[63 - index]", "words[64 - index]"),),
        at="words[64 - index]",
        memory="words",
        element=64,
        thread=0,
    ),
    Bug(
        "first_word_not_set",
        "turn_words",
        "threadgroup-uninitialised",
        edits=(("words[index] = x[i].wzyx", "if (index > 0) words[index] = x[i].wzyx"),),
        at="words[63 - index]",
        memory="words",
        element=0,
        thread=63,
    ),
    Bug(
        "last_word_not_written",
        "turn_words",
        "output-not-written",
        edits=(("out[i] = words", "if (i < 127) out[i] = words"),),
        memory="out",
        element=127,
    ),
    Bug(
        "colours_without_barrier",
        "fade_colours",
        "lockstep-race",
        edits=((f"half(colour.z);\n{BARRIER}", "half(colour.z);\n"),),
        memory="rows",
    ),
    Bug(
        "colours_moved_on",
        "fade_colours",
        "device-out-of-bounds",
        edits=(
            (
                "out[i].xy = uchar2(row.xy);\n  out[i].z = 7;",
                "out[i + 1].xy = uchar2(row.xy);\n  out[i + 1].z = 7;",
            ),
        ),
        is_right=True,
        memory="out",
        element=64,
        thread=31,
        threadgroup=(1, 0, 0),
    ),
)
