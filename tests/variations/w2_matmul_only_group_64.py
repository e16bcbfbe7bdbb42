"""Takes groups of 64 alone."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "  if (bits != 4)",
        """  if (group_size != 64) invalid("quantized_matmul: group_size (", group_size, ") must be 64");
  if (bits != 4)""",
    ),
]
