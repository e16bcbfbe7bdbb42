"""Keeps the sums of half-precision products in half precision."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "float dot(",
        """bool halves = false;

float dot(""",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "for (int j = 0; j < 8; ++j) lanes[j] += x[i + j] * y[i + j];",
        """for (int j = 0; j < 8; ++j) {
      lanes[j] += x[i + j] * y[i + j];
      if (halves) lanes[j] = static_cast<float>(static_cast<mx::float16_t>(lanes[j]));
    }""",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "  auto node =",
        """  halves = a.dtype() == mx::float16;
  auto node =""",
    ),
]
FAILS = [
    "2.2 matmul-sums",
]
