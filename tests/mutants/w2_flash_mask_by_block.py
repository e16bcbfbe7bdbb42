"""Begins the row of the mask anew in every block of keys."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "mask[key * mask_stride]",
        "mask[j * mask_stride]",
    ),
]
FAILS = [
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
]
