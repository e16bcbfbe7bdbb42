"""Keeps its sums in double."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "using Sum = float;",
        "using Sum = double;",
    ),
    (
        "kernels/flash_attention.cpp",
        "std::vector<Sum> acc(s.D, 0.0f);",
        "std::vector<Sum> acc(s.D, 0.0);",
    ),
    (
        "kernels/flash_attention.cpp",
        "const float inverse = total == 0 ? 0 : 1 / total;",
        "const Sum inverse = total == 0 ? 0 : 1 / total;",
    ),
    (
        "kernels/flash_attention.cpp",
        "out[d] = acc[d] * inverse;",
        "out[d] = static_cast<float>(acc[d] * inverse);",
    ),
]
