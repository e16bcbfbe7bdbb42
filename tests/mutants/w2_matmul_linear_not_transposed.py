"""quantized_linear multiplies with the weight as it lies."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "quantize.py",
        "w.bits, x, w.weight, transpose_b=True)",
        "w.bits, x, w.weight)",
    ),
]
FAILS = [
    "2.2 linear-values",
]
