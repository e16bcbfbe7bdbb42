"""More threads than a threadgroup may have."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        "tiles(32, 32, 128);",
        "tiles(32, 32, 2048);",
    ),
]
FAILS = [
    "2.3 matmul-rows",
    "2.3 safe",
    "2.3 traffic-prefill",
    "2.3 matmul-strided",
    "2.3 lockstep",
]
