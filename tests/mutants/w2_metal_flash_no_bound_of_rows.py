"""Reads and writes rows behind the last query."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.metal",
        """  if (row >= p.L) return;
  const uint shared_head""",
        "  const uint shared_head",
    ),
]
FAILS = [
    "2.5 safe",
]
