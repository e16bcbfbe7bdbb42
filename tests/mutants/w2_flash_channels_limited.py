"""Has room for 128 channels."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "  const float inverse =",
        """  for (int d = 128; d < s.D; ++d) acc[d] = 0;
  const float inverse =""",
    ),
]
FAILS = [
    "2.4 flash-head-dims",
]
