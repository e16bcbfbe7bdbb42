"""Takes float32 and float16 alone."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "  const mx::Stream stream",
        """  if (query.dtype() == mx::bfloat16) invalid("flash_attention: bfloat16 is not supported");
  const mx::Stream stream""",
    ),
]
