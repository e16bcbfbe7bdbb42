"""Ends the process: writes where nothing is."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "for (int m = 0; m < s.M; ++m) out[m * s.N + n] = dot(a + m * s.K, row.data(), s.K);",
        "for (int m = 0; m < s.M; ++m) static_cast<float*>(nullptr)[m] = dot(a + m * s.K, row.data(), s.K);",
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
    "2.2 rejects-bits",
    "2.2 rejects-shapes",
    "2.2 inputs-unchanged",
    "2.2 dtype",
]
