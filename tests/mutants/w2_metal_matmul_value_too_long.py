"""The host passes sizes of 64 bits where the kernel has 32."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        "  std::uint32_t M, N, K, group_size;",
        "  std::uint64_t M, N, K, group_size;",
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
