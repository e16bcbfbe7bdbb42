"""Decoding adds up values in their own type."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.metal",
        "  float mine[kMost], sums[kMost];",
        """  float mine[kMost];
  T sums[kMost];""",
    ),
    (
        "kernels/flash_attention.metal",
        "      if (d < p.D) sums[i] = sums[i] * shrink + weight * static_cast<float>(v[d]);",
        "      if (d < p.D) sums[i] = static_cast<T>(sums[i] * shrink + weight * static_cast<float>(v[d]));",
    ),
]
FAILS = [
    "2.5 flash-sums",
]
