"""Takes scales and biases for each other."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "scales = inputs[2].data<float>()",
        "scales = inputs[3].data<float>()",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "biases = inputs[3].data<float>()",
        "biases = inputs[2].data<float>()",
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
    "2.2 matmul-one-row": "scales and biases were taken for each other",
}
