"""A semicolon is missing in the kernel of attention."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
FAILS = [
    "2.4 builds",
    "2.4 flash-values",
    "2.4 flash-grouped",
    "2.4 flash-lengths",
    "2.4 flash-rising-scores",
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-scale",
    "2.4 flash-large-scores",
    "2.4 flash-sums",
    "2.4 flash-causal",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
    "2.4 flash-scale-zero",
    "2.4 flash-leading-axes",
    "2.4 flash-head-dims",
    "2.4 flash-bfloat16",
    "2.4 flash-strided",
    "2.4 inputs-unchanged",
    "2.4 dtype",
]
APPEND = {"kernels/flash_attention.cpp": "int unfinished = 1\n"}
