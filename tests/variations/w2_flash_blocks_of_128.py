"""Takes 128 keys at a time."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "kBlock = 32",
        "kBlock = 128",
    ),
]
