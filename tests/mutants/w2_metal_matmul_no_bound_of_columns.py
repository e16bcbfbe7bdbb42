"""Reads and writes past the last column, where nobody looks."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """  if (n >= sizes.N) return;  // a whole simdgroup, and there is no barrier that would wait for it
""",
        "",
    ),
]
FAILS = [
    "2.3 safe",
]
