"""Adds the products of half-precision numbers one after the other to a half-precision sum."""

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
        """  Sum lanes[8] = {};
  for (int i = 0; i < count; i += 8) {
    for (int j = 0; j < 8; ++j) lanes[j] += x[i + j] * y[i + j];
  }
  Sum total = 0;
  for (int j = 0; j < 8; ++j) total += lanes[j];
""",
        """  Sum total = 0;
  for (int i = 0; i < count; ++i) {
    total += x[i] * y[i];
    if (halves) total = static_cast<float>(static_cast<mx::float16_t>(total));
  }
""",
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
HINTS = {
    "2.2 matmul-sums": "the sum was kept in half precision",
}
