"""Hides the diagonal too."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "std::clamp(s.S - s.L + i + 1, 0, s.S)",
        "std::clamp(s.S - s.L + i, 0, s.S)",
    ),
]
FAILS = [
    "2.4 flash-causal",
]
