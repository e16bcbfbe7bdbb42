"""Writes over whatever lies behind its output."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
FAILS = [
    "2.3 safe",
]
KINDS = {"2.3 safe": "device-out-of-bounds"}
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "  if (lane == 0) out[m * sizes.N + n] = static_cast<T>(total);",
        """  if (lane == 0) out[m * sizes.N + n] = static_cast<T>(total);
  for (uint far = 1; far < 1000; ++far) out[sizes.M * sizes.N + far * 4096] = static_cast<T>(1);""",
    ),
]
