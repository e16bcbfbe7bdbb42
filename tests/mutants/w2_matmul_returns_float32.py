"""Returns float32 whatever a is."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "return mx::astype(out, a.dtype(), stream);",
        "return out;",
    ),
]
FAILS = [
    "2.2 dtype",
]
