"""Reads weights and scales behind the last column."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "    if (n0 + n < sizes.N && k0 + k < sizes.K) {",
        "    if (k0 + k < sizes.K) {",
    ),
]
FAILS = [
    "2.3 safe",
]
