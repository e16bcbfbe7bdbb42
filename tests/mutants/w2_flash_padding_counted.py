"""Counts the keys that fill up the last block."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        """    top = higher;
""",
        """    for (int j = count; j < kBlock; ++j) total += std::exp(-higher);
    top = higher;
""",
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
    "2.4 flash-causal",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
    "2.4 flash-scale-zero",
    "2.4 flash-leading-axes",
    "2.4 flash-head-dims",
    "2.4 flash-bfloat16",
    "2.4 flash-strided",
]
HINTS = {
    "2.4 flash-lengths": "the last block was filled up to 32 keys whose score 0 counts",
}
