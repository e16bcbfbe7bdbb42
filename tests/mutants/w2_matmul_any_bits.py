"""Takes other bits for four."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        """  if (bits != 4) invalid("quantized_matmul: bits (", bits, ") must be 4");
""",
        "",
    ),
]
FAILS = [
    "2.2 rejects-bits",
]
