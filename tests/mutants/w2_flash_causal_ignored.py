"""Ignores mask="causal"."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "s.causal ?",
        "false ?",
    ),
]
FAILS = [
    "2.4 flash-causal",
]
HINTS = {
    "2.4 flash-causal": 'mask="causal" is ignored',
}
