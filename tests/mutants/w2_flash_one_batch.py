"""Computes the heads of the first batch only."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "attend(q + at, keys, values, row, strides[2], visible, out + at, s);",
        """if (h < first) {
                     attend(q + at, keys, values, row, strides[2], visible, out + at, s);
                   } else {
                     std::fill_n(out + at, s.D, 0.0f);
                   }""",
    ),
    (
        "kernels/flash_attention.cpp",
        "[s, mask, strides,",
        "[s, mask, strides, first = q.shape(-3),",
    ),
]
FAILS = [
    "2.4 flash-values",
    "2.4 flash-grouped",
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-scale",
    "2.4 flash-causal",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
    "2.4 flash-scale-zero",
    "2.4 flash-leading-axes",
    "2.4 flash-bfloat16",
    "2.4 flash-strided",
]
