"""Asks for a gibibyte of threadgroup memory."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
FAILS = [
    "2.3 safe",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "  threadgroup float a_tile[kMatrix * kStride];",
        """  threadgroup float huge[1u << 28];
  if (thread_index == 0) huge[sizes.N] = 0;
  threadgroup float a_tile[kMatrix * kStride];""",
    ),
]
