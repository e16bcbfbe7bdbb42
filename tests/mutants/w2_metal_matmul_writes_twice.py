"""Two threads write each output, with the same number."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "  for (uint i = thread_index; i < kMatrix * kMatrix; i += kThreads) {",
        "  for (uint i = thread_index; i < kMatrix * kMatrix; i += kThreads / 2) {",
    ),
]
FAILS = [
    "2.3 lockstep",
]
