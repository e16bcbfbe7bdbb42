"""The numbers of a word are taken from the highest bits down."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "word >> (4 * j) & 15",
        "word >> (28 - 4 * j) & 15",
    ),
]
FAILS = [
    "2.3 matmul-one-row",
    "2.3 matmul-rows",
    "2.3 matmul-long-rows",
    "2.3 matmul-leading-axes",
    "2.3 matmul-sums",
    "2.3 matmul-bfloat16",
    "2.3 matmul-groups-of-32",
    "2.3 matmul-groups-of-128",
    "2.3 matmul-not-transposed",
    "2.3 matmul-strided",
]
