"""The sum over a simdgroup by shuffles."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "  total = simd_sum(total);",
        "  for (ushort step = 16; step > 0; step /= 2) total += simd_shuffle_xor(total, step);",
    ),
]
