"""Reads the next word ahead, past the end in the last row; the numbers are right."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "    const uint32_t word = words[i / 8];",
        """    const uint32_t word = words[i / 8];
    [[maybe_unused]] volatile uint32_t ahead = words[i / 8 + 1];""",
    ),
]
FAILS = [
    "2.2 stays-inside",
]
