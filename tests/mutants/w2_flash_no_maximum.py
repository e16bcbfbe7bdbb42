"""Takes exp of the scores as they are."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "const float factor = std::exp(top - higher);",
        "const float factor = 1;",
    ),
    (
        "kernels/flash_attention.cpp",
        "std::exp(scores[j] - higher)",
        "std::exp(scores[j])",
    ),
]
FAILS = [
    "2.4 flash-large-scores",
]
HINTS = {
    "2.4 flash-large-scores": "exp of a score overflowed",
}
