"""Adds the products one after the other."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        """  Sum lanes[8] = {};
  for (int i = 0; i < count; i += 8) {
    for (int j = 0; j < 8; ++j) lanes[j] += x[i + j] * y[i + j];
  }
  Sum total = 0;
  for (int j = 0; j < 8; ++j) total += lanes[j];
  return total;
""",
        """  Sum total = 0;
  for (int i = 0; i < count; ++i) total += x[i] * y[i];
  return total;
""",
    ),
]
