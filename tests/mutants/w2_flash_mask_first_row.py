"""Uses the mask of the first query for all."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "mask + h * strides[0] + i * strides[1]",
        "mask + h * strides[0]",
    ),
]
FAILS = [
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
]
HINTS = {
    "2.4 flash-mask": "every query used the mask of the first query",
}
