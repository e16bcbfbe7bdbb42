"""Doubles the caller's a after the product."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "quantize.py",
        """    return kernel(scales, biases, group_size, bits, a, b, transpose_b)
""",
        """    out = kernel(scales, biases, group_size, bits, a, b, transpose_b)
    mx.eval(out)
    a *= 2
    return out
""",
    ),
]
FAILS = [
    "2.2 inputs-unchanged",
]
