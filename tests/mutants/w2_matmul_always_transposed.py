"""Ignores transpose_b."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "transpose_b_ ? multiply_transposed : multiply;",
        "multiply_transposed;",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "std::vector<float> row(s.K);",
        "std::vector<float> row(s.K + 8);",
    ),
]
FAILS = [
    "2.2 matmul-not-transposed",
]
