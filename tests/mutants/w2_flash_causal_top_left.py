"""Aligns the causal mask at the top left."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "std::clamp(s.S - s.L + i + 1, 0, s.S)",
        "std::clamp(i + 1, 0, s.S)",
    ),
]
FAILS = [
    "2.4 flash-causal",
]
HINTS = {
    "2.4 flash-causal": "the causal mask is aligned at the top left",
}
