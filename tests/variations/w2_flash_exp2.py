"""Works with powers of two."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "* s.scale;",
        "* s.scale * kLog2E;",
    ),
    (
        "kernels/flash_attention.cpp",
        "scores[j] += mask[key * mask_stride];",
        "scores[j] += mask[key * mask_stride] * kLog2E;",
    ),
    (
        "kernels/flash_attention.cpp",
        "std::exp(top - higher)",
        "std::exp2(top - higher)",
    ),
    (
        "kernels/flash_attention.cpp",
        "std::exp(scores[j] - higher)",
        "std::exp2(scores[j] - higher)",
    ),
    (
        "kernels/flash_attention.cpp",
        "using Sum = float;",
        """using Sum = float;
constexpr float kLog2E = 1.4426950408889634f;""",
    ),
]
