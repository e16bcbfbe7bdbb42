"""Uses the first group of a row for the whole row."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "scales[i / group]",
        "scales[0]",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "biases[i / group]",
        "biases[0]",
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
    "2.2 matmul-one-row": "every group of a row used the scale and bias of the row's first group",
}
