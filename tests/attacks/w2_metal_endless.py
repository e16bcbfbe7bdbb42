"""A kernel that does not end in any time that somebody would wait."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
KINDS = {"2.3 matmul-one-row": "timeout"}
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "  total = simd_sum(total);",
        """  total = simd_sum(total);
  for (uint i = 1; i != 0; i = i * 1664525u + 1013904223u) out[m * sizes.N + n] = static_cast<T>(i);""",
    ),
]
