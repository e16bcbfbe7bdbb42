"""Divides the columns between two threads of its own."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        """  std::vector<float> row(s.K);
  const int groups = s.K / s.group;
  for (int n = 0; n < s.N; ++n) {
    unpack(b + n * (s.K / 8), scales + n * groups, biases + n * groups, s.K, s.group, row.data());
    for (int m = 0; m < s.M; ++m) out[m * s.N + n] = dot(a + m * s.K, row.data(), s.K);
  }
""",
        """  const int groups = s.K / s.group;
  auto part = [&](int first, int last) {
    std::vector<float> row(s.K);
    for (int n = first; n < last; ++n) {
      unpack(b + n * (s.K / 8), scales + n * groups, biases + n * groups, s.K, s.group, row.data());
      for (int m = 0; m < s.M; ++m) out[m * s.N + n] = dot(a + m * s.K, row.data(), s.K);
    }
  };
  std::thread other(part, 0, s.N / 2);
  part(s.N / 2, s.N);
  other.join();
""",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "#include <vector>",
        """#include <thread>
#include <vector>""",
    ),
]
