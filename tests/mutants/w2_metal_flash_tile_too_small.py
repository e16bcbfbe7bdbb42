"""The tile has one row too few."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.metal",
        "threadgroup float tile[kKeys * kStride];",
        "threadgroup float tile[(kKeys - 1) * kStride];",
    ),
]
FAILS = [
    "2.5 safe",
]
