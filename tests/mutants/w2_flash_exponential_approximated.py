"""Approximates exp to three digits."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "const float weight = std::exp(scores[j] - higher);",
        "const float weight = std::pow(1 + std::max(-256.0f, scores[j] - higher) / 256, 256.0f);",
    ),
]
FAILS = [
    "2.4 flash-values",
    "2.4 flash-grouped",
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
