"""Decoding by a thread for each output, whose loads lie apart."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        "kQuantizedMatmulDecodeRows ? 2 : 4",
        "kQuantizedMatmulDecodeRows ? 1 : 4",
    ),
]
FAILS = [
    "2.3 traffic-decode",
]
