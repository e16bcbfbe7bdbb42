"""Attention gets no mask."""

WEEK = 2
FAILS = [
    "2.1 decode",
    "2.1 prefill-in-parts",
    "2.1 own-head",
    "2.1 settings",
    "2.1 half-precision",
    "2.1 caches-apart",
    "2.1 bfloat16",
    "2.1 flash",
    "2.1 equal-rows",
]
HINTS = {
    "2.1 decode": "no causal mask",
}
CHANGES = [
    (
        "qwen2_week2.py",
        "out = self.attend(q, k, v, mask=mask)",
        "out = self.attend(q, k, v, mask=None)",
    ),
]
