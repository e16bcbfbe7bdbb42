"""Reads rows of a behind the last one, and throws the products away."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "const bool inside = m0 + m < sizes.M && k0 + k < sizes.K;",
        "const bool inside = k0 + k < sizes.K;",
    ),
]
FAILS = [
    "2.3 safe",
]
