"""Takes matrices that are stored transposed alone."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "  if (bits != 4)",
        """  if (!transpose_b) invalid("quantized_matmul: transpose_b must be true");
  if (bits != 4)""",
    ),
]
