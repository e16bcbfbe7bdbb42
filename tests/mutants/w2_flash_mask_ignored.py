"""Ignores the mask."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "if (mask) scores[j] += mask[key * mask_stride];",
        "if (mask) scores[j] += 0 * mask_stride;",
    ),
]
FAILS = [
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
]
HINTS = {
    "2.4 flash-mask": "the mask is ignored",
}
