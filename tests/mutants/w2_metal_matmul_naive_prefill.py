"""Prefill by a thread for each output, which loads everything again."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        "kQuantizedMatmulDecodeRows ? 2 : 4",
        "kQuantizedMatmulDecodeRows ? 2 : 1",
    ),
]
FAILS = [
    "2.3 traffic-prefill",
]
