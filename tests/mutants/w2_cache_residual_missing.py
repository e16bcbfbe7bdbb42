"""The residual around attention is missing."""

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
    "2.1 whole-model",
]
CHANGES = [
    (
        "qwen2_week2.py",
        "h = x + self.self_attn(",
        "h = self.self_attn(",
    ),
]
