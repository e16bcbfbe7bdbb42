"""Corrects neither sum nor output when the maximum grows."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        """    total *= factor;
    for (int d = 0; d < s.D; ++d) acc[d] *= factor;
""",
        "",
    ),
    (
        "kernels/flash_attention.cpp",
        """    const float factor = std::exp(top - higher);
""",
        "",
    ),
]
FAILS = [
    "2.4 flash-lengths",
    "2.4 flash-rising-scores",
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-scale",
    "2.4 flash-large-scores",
    "2.4 flash-causal",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
    "2.4 flash-leading-axes",
    "2.4 flash-head-dims",
    "2.4 flash-strided",
]
HINTS = {
    "2.4 flash-lengths": "neither sum nor output so far were corrected when a larger score came",
}
