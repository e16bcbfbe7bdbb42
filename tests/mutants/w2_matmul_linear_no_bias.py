"""quantized_linear leaves the bias out."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "quantize.py",
        """    return y if bias is None else y + bias
""",
        """    return y
""",
    ),
]
FAILS = [
    "2.2 linear-values",
]
HINTS = {
    "2.2 linear-values": "the bias of the layer is ignored",
}
