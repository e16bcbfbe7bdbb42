"""Reads the tiles of both matrices without waiting until they are filled."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint k = 0; k < kStep; k += 8) {
""",
        """    for (uint k = 0; k < kStep; k += 8) {
""",
    ),
]
FAILS = [
    "2.3 matmul-rows",
    "2.3 safe",
    "2.3 matmul-strided",
    "2.3 lockstep",
]
