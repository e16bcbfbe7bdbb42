"""Ends one number too early."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "for (int j = 0; j < 8; ++j) lanes[j] += x[i + j] * y[i + j];",
        "for (int j = 0; j < 8 && i + j + 1 < count; ++j) lanes[j] += x[i + j] * y[i + j];",
    ),
]
FAILS = [
    "2.2 matmul-one-row",
    "2.2 matmul-rows",
    "2.2 matmul-long-rows",
    "2.2 matmul-leading-axes",
    "2.2 matmul-sums",
    "2.2 linear-values",
    "2.2 matmul-vector",
    "2.2 matmul-groups-of-32",
    "2.2 matmul-groups-of-128",
    "2.2 matmul-strided",
]
HINTS = {
    "2.2 matmul-one-row": "the sum ends one number too early",
}
