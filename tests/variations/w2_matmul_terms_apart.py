"""Multiplies scale and bias into the sums of a group, not into its numbers."""

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
  std::vector<float> numbers(s.K), ones(s.group, 1.0f);
  const std::vector<float> one(groups, 1.0f), zero(groups, 0.0f);
  for (int n = 0; n < s.N; ++n) {
    unpack(b + n * (s.K / 8), one.data(), zero.data(), s.K, s.group, numbers.data());
    for (int m = 0; m < s.M; ++m) {
      float total = 0;
      for (int g = 0; g < groups; ++g) {
        const float* x = a + m * s.K + g * s.group;
        total += scales[n * groups + g] * dot(x, numbers.data() + g * s.group, s.group);
        total += biases[n * groups + g] * dot(x, ones.data(), s.group);
      }
      out[m * s.N + n] = total;
    }
  }
""",
    ),
]
