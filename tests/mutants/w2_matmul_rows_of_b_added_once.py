"""Without transpose_b, writes each row of b over the one before in place of adding it."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "out[m * s.N + n] += a[m * s.K + k] * row[n];",
        "out[m * s.N + n] = a[m * s.K + k] * row[n];",
    ),
]
FAILS = [
    "2.2 matmul-not-transposed",
]
