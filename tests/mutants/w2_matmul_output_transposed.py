"""Stores the product column by column."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "out[m * s.N + n] = dot",
        "out[n * s.M + m] = dot",
    ),
]
FAILS = [
    "2.2 matmul-rows",
    "2.2 matmul-long-rows",
    "2.2 matmul-leading-axes",
    "2.2 matmul-sums",
    "2.2 linear-values",
    "2.2 matmul-bfloat16",
    "2.2 matmul-groups-of-32",
    "2.2 matmul-groups-of-128",
    "2.2 matmul-strided",
]
