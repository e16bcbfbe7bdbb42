"""Looks for the largest score first and computes the scores again for the sums."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        """  float top = -std::numeric_limits<float>::infinity();
""",
        """  float top = -std::numeric_limits<float>::infinity();
  for (int key = 0; key < visible; ++key) {
    float score = dot(q, k + key * s.D, s.D) * s.scale;
    if (mask) score += mask[key * mask_stride];
    top = std::max(top, score);
  }
""",
    ),
]
