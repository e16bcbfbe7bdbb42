"""Reads the tile of w one row too far."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "w_tile + (n + 8 * i) * kStride + k, kStride, ulong2(0, 0), true)",
        "w_tile + (n + 8 * i + 1) * kStride + k, kStride, ulong2(0, 0), true)",
    ),
]
FAILS = [
    "2.3 matmul-rows",
    "2.3 safe",
    "2.3 matmul-strided",
]
