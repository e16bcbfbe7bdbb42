"""Cuts the mask off at -8, so that hidden keys leak."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "if (mask) scores[j] += mask[key * mask_stride];",
        "if (mask) scores[j] += std::max(-8.0f, mask[key * mask_stride]);",
    ),
]
FAILS = [
    "2.4 flash-hidden-keys",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
]
