"""The Python side does not hand transpose_b on."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "quantize.py",
        "return kernel(scales, biases, group_size, bits, a, b, transpose_b)",
        "return kernel(scales, biases, group_size, bits, a, b)",
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
    "2.2 inputs-unchanged",
    "2.2 dtype",
]
