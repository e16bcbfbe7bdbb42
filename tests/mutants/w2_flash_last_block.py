"""Leaves out the keys after the last whole block, if there is one."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "start < visible; start",
        "start == 0 || start + kBlock <= visible; start",
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
    "2.4 flash-scale-zero",
    "2.4 flash-leading-axes",
    "2.4 flash-head-dims",
    "2.4 flash-bfloat16",
    "2.4 flash-strided",
]
HINTS = {
    "2.4 flash-lengths": "keys beyond the last whole block of 32 are left out",
}
