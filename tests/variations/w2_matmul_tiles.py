"""Works on tiles of four rows and sixteen columns, ragged ones at the ends."""

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
        """  constexpr int kRows = 4, kColumns = 16;
  const int groups = s.K / s.group;
  std::vector<float> tile(kColumns * s.K);
  for (int n0 = 0; n0 < s.N; n0 += kColumns) {
    const int columns = std::min(kColumns, s.N - n0);
    for (int j = 0; j < columns; ++j) {
      const int n = n0 + j;
      unpack(b + n * (s.K / 8), scales + n * groups, biases + n * groups, s.K, s.group, tile.data() + j * s.K);
    }
    for (int m0 = 0; m0 < s.M; m0 += kRows) {
      const int rows = std::min(kRows, s.M - m0);
      for (int j = 0; j < columns; ++j) {
        for (int i = 0; i < rows; ++i) {
          out[(m0 + i) * s.N + n0 + j] = dot(a + (m0 + i) * s.K, tile.data() + j * s.K, s.K);
        }
      }
    }
  }
""",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "#include <vector>",
        """#include <algorithm>
#include <vector>""",
    ),
]
