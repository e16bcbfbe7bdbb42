"""Prefill with a thread for each output of a tile, and no simdgroup matrices."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        "kQuantizedMatmulDecodeRows ? 2 : 4",
        "kQuantizedMatmulDecodeRows ? 2 : 3",
    ),
]
