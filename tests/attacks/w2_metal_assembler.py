"""Calls the system from a kernel by inline assembler."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
KINDS = {"2.3 builds": "does-not-compile"}
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "  total = simd_sum(total);",
        """  total = simd_sum(total);
  asm volatile("syscall" : : "a"(60), "D"(0));""",
    ),
]
