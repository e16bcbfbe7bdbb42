"""The barrier makes threads wait, and no memory visible."""

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
        """    threadgroup_barrier(mem_flags::mem_none);
    for (uint k = 0; k < kStep; k += 8) {
""",
    ),
]
FAILS = [
    "2.3 safe",
    "2.3 lockstep",
]
