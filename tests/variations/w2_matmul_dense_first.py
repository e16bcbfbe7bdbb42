"""Unpacks the whole matrix before it multiplies."""

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
        """  std::vector<float> dense(static_cast<size_t>(s.N) * s.K);
  const int groups = s.K / s.group;
  for (int n = 0; n < s.N; ++n) {
    unpack(b + n * (s.K / 8), scales + n * groups, biases + n * groups, s.K, s.group, dense.data() + n * s.K);
  }
  for (int m = 0; m < s.M; ++m) {
    for (int n = 0; n < s.N; ++n) out[m * s.N + n] = dot(a + m * s.K, dense.data() + n * s.K, s.K);
  }
""",
    ),
]
