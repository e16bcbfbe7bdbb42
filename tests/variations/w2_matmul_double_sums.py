"""Keeps its sums in double."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "using Sum = float;",
        "using Sum = double;",
    ),
    (
        "kernels/quantized_matmul.cpp",
        """  return total;
""",
        """  return static_cast<float>(total);
""",
    ),
]
