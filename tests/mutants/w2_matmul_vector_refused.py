"""Asks for two axes of a at least."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "a.ndim() < 1",
        "a.ndim() < 2",
    ),
]
FAILS = [
    "2.2 matmul-vector",
]
