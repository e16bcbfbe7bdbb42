"""Scales by D ** -0.5 whatever is given."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "scores[j] = dot(q, k + key * s.D, s.D) * s.scale;",
        "scores[j] = dot(q, k + key * s.D, s.D) / std::sqrt(static_cast<float>(s.D));",
    ),
]
FAILS = [
    "2.4 flash-scale",
    "2.4 flash-sums",
    "2.4 flash-scale-zero",
]
HINTS = {
    "2.4 flash-scale": "the scale that is passed in is ignored",
}
