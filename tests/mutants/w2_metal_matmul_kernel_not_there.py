"""The host asks for a kernel that no file has."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        'std::string("quantized_matmul_") + kernels[rung]',
        'std::string("quantised_matmul_") + kernels[rung]',
    ),
]
FAILS = [
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
