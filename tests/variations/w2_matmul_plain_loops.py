"""One number of the matrix at a time, straight from the definition."""

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
        """  for (int m = 0; m < s.M; ++m) {
    for (int n = 0; n < s.N; ++n) {
      float total = 0;
      for (int k = 0; k < s.K; ++k) {
        const int group = n * (s.K / s.group) + k / s.group;
        const uint32_t q = b[(n * s.K + k) / 8] >> (4 * (k % 8)) & 15;
        total += a[m * s.K + k] * (scales[group] * static_cast<float>(q) + biases[group]);
      }
      out[m * s.N + n] = total;
    }
  }
""",
    ),
]
