"""A pointer into threadgroup memory has no address space."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "    threadgroup float* to = w_tile",
        "    float* to = w_tile",
    ),
]
FAILS = [
    "2.3 builds",
    "2.3 on-gpu",
    "2.3 matmul-one-row",
    "2.3 matmul-rows",
    "2.3 matmul-long-rows",
    "2.3 matmul-leading-axes",
    "2.3 matmul-sums",
    "2.3 safe",
    "2.3 traffic-decode",
    "2.3 traffic-prefill",
    "2.3 matmul-bfloat16",
    "2.3 matmul-groups-of-32",
    "2.3 matmul-groups-of-128",
    "2.3 matmul-not-transposed",
    "2.3 matmul-strided",
    "2.3 lockstep",
]
