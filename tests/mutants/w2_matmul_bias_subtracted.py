"""Subtracts the bias, as if it were a zero point."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "row[i + j] = scale * static_cast<float>(q) + bias;",
        "row[i + j] = scale * static_cast<float>(q) - bias;",
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
    "2.2 matmul-bfloat16",
    "2.2 matmul-groups-of-32",
    "2.2 matmul-groups-of-128",
    "2.2 matmul-not-transposed",
    "2.2 matmul-strided",
]
HINTS = {
    "2.2 matmul-one-row": "the bias was subtracted",
}
