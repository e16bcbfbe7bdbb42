"""Takes a mask for one of the full shape."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "mask + h * strides[0] + i * strides[1]",
        "mask + (h * s.L + i) * s.S",
    ),
]
FAILS = [
    "2.4 flash-mask-broadcast",
]
