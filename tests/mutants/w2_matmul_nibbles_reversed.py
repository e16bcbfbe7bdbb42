"""Takes the numbers of a word from the highest bits down."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "const int q = static_cast<int>(word >> (4 * j) & 0xF);",
        "const int q = static_cast<int>(word >> (28 - 4 * j) & 0xF);",
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
    "2.2 matmul-one-row": "the numbers of a word were taken from the highest bits down",
}
