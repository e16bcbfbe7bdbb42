"""Keeps the sums of half-precision inputs in half precision."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "using Sum = float;",
        """using Sum = float;
bool halves = false;
float rounded(float x) { return halves ? static_cast<float>(static_cast<mx::float16_t>(x)) : x; }""",
    ),
    (
        "kernels/flash_attention.cpp",
        "total += weight;",
        "total = rounded(total + weight);",
    ),
    (
        "kernels/flash_attention.cpp",
        "acc[d] += weight * v[(start + j) * s.D + d];",
        "acc[d] = rounded(acc[d] + weight * v[(start + j) * s.D + d]);",
    ),
    (
        "kernels/flash_attention.cpp",
        "  auto node =",
        """  halves = query.dtype() == mx::float16;
  auto node =""",
    ),
]
FAILS = [
    "2.4 flash-sums",
]
