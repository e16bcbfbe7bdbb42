"""Computes two rows at a time and leaves an odd last one 0."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "for (int m = 0; m < s.M; ++m) out[m * s.N + n] = dot(a + m * s.K, row.data(), s.K);",
        """for (int m = 0; m < s.M; ++m) {
      out[m * s.N + n] = s.M == 1 || m < s.M / 2 * 2 ? dot(a + m * s.K, row.data(), s.K) : 0;
    }""",
    ),
]
FAILS = [
    "2.2 matmul-rows",
    "2.2 matmul-long-rows",
    "2.2 matmul-leading-axes",
    "2.2 linear-values",
    "2.2 matmul-groups-of-32",
    "2.2 matmul-groups-of-128",
    "2.2 matmul-strided",
]
