"""Computes four queries at a time and leaves the others 0."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "attend(q + at, keys, values, row, strides[2], visible, out + at, s);",
        """if (s.L < 4 || i < s.L / 4 * 4) {
                     attend(q + at, keys, values, row, strides[2], visible, out + at, s);
                   } else {
                     std::fill_n(out + at, s.D, 0.0f);
                   }""",
    ),
]
FAILS = [
    "2.4 flash-values",
    "2.4 flash-grouped",
    "2.4 flash-lengths",
    "2.4 flash-rising-scores",
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-large-scores",
    "2.4 flash-causal",
    "2.4 flash-blind-rows",
    "2.4 flash-head-dims",
    "2.4 flash-strided",
]
