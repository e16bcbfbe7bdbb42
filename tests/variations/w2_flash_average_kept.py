"""Keeps the output divided after every block, a running average."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        """    total *= factor;
    for (int d = 0; d < s.D; ++d) acc[d] *= factor;
""",
        """    const float before = total * factor;
    total = before;
    for (int j = 0; j < count; ++j) total += std::exp(scores[j] - higher);
    for (int d = 0; d < s.D; ++d) acc[d] *= before / total;
""",
    ),
    (
        "kernels/flash_attention.cpp",
        """      total += weight;
      for (int d = 0; d < s.D; ++d) acc[d] += weight * v[(start + j) * s.D + d];
""",
        """      for (int d = 0; d < s.D; ++d) acc[d] += weight / total * v[(start + j) * s.D + d];
""",
    ),
    (
        "kernels/flash_attention.cpp",
        """  const float inverse = total == 0 ? 0 : 1 / total;
  for (int d = 0; d < s.D; ++d) out[d] = acc[d] * inverse;
""",
        """  for (int d = 0; d < s.D; ++d) out[d] = acc[d];
""",
    ),
]
