"""Rows and columns of the grid are swapped."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        "mx::ceildiv(N, columns), mx::ceildiv(M, rows), 1)",
        "mx::ceildiv(M, rows), mx::ceildiv(N, columns), 1)",
    ),
]
FAILS = [
    "2.3 matmul-one-row",
    "2.3 matmul-rows",
    "2.3 matmul-long-rows",
    "2.3 matmul-leading-axes",
    "2.3 matmul-sums",
    "2.3 safe",
    "2.3 matmul-bfloat16",
    "2.3 matmul-groups-of-32",
    "2.3 matmul-groups-of-128",
    "2.3 matmul-not-transposed",
    "2.3 matmul-strided",
]
