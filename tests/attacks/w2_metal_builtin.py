"""Ends the process by a builtin of the compiler."""

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
  __builtin_trap();""",
    ),
]
