"""Lets the compiler print what a full disk or a killed process would, so that the grader blames itself."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        '#include "quantized_matmul.h"',
        "#error No space left on device\n"
        "#error Disk quota exceeded\n"
        "#error g++: fatal error: Killed signal terminated program cc1plus\n"
        '#include "quantized_matmul.h"',
    )
]
