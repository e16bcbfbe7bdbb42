"""Weights are powers of two, of scores that are scaled for that."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.metal",
        "    const float shrink = exp(before - largest), weight = exp(score - largest);",
        """    constexpr float kLog2e = 1.4426950408889634f;
    const float shrink = exp2((before - largest) * kLog2e), weight = exp2((score - largest) * kLog2e);""",
    ),
]
