"""Leaves out the channels of a score that do not fill a vector of eight."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        """  for (; i < count; ++i) total += x[i] * y[i];
""",
        "",
    ),
]
FAILS = [
    "2.4 flash-head-dims",
]
