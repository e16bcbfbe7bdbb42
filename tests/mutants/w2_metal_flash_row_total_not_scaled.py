"""Decoding does not scale the sum of weights down."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.metal",
        "    total = total * shrink + weight;",
        "    total = total + weight;",
    ),
]
FAILS = [
    "2.5 flash-grouped",
    "2.5 flash-lengths",
    "2.5 flash-rising-scores",
    "2.5 flash-hidden-keys",
    "2.5 flash-scale",
    "2.5 flash-sums",
    "2.5 flash-causal",
    "2.5 flash-mask-broadcast",
    "2.5 flash-leading-axes",
    "2.5 flash-head-dims",
    "2.5 flash-bfloat16",
    "2.5 flash-strided",
]
