"""Takes masks of the full shape alone."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "  std::vector<mx::array> inputs{floats",
        """  if (mask && mask->ndim() != query.ndim()) invalid("flash_attention: mask ", mask->shape(), " has too few");
  std::vector<mx::array> inputs{floats""",
    ),
]
