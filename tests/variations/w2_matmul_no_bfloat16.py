"""Takes float32 and float16 alone."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "  if (bits != 4)",
        """  if (a.dtype() == mx::bfloat16) invalid("quantized_matmul: bfloat16 is not supported");
  if (bits != 4)""",
    ),
]
