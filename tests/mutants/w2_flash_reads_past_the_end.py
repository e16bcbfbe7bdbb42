"""Reads the next key ahead, past the end at the last one; the numbers are right."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "      const int key = start + j;",
        """      const int key = start + j;
      [[maybe_unused]] volatile float ahead = k[(key + 1) * s.D];""",
    ),
]
FAILS = [
    "2.4 stays-inside",
]
