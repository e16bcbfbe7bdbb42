"""Computes sixteen columns, what one tile holds."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "for (int n = 0; n < s.N; ++n) {",
        """for (int i = 0; i < s.M * s.N; ++i) out[i] = -1;
  for (int n = 0; n < std::min(s.N, 16); ++n) {""",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "#include <vector>",
        """#include <algorithm>
#include <vector>""",
    ),
]
FAILS = [
    "2.2 matmul-one-row",
    "2.2 matmul-rows",
    "2.2 linear-values",
    "2.2 matmul-bfloat16",
]
