"""Corrects the sums after every key: blocks of one."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "kBlock = 32",
        "kBlock = 1",
    ),
]
