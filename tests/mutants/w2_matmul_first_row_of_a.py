"""Multiplies the first row of a for every row."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "dot(a + m * s.K,",
        "dot(a,",
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
HINTS = {
    "2.2 matmul-rows": "every row of the result is that of the first row of a",
}
