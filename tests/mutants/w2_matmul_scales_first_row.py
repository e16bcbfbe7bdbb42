"""Uses the scales of the first row for every row."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "unpack(b + n * (s.K / 8), scales + n * groups, biases + n * groups",
        "unpack(b + n * (s.K / 8), scales, biases",
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
    "2.2 matmul-strided",
]
HINTS = {
    "2.2 matmul-one-row": "every row of the matrix used the scales and biases of its first row",
}
