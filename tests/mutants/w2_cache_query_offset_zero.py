"""Queries are rotated from position 0."""

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
HINTS = {
    "2.1 decode": "the queries are rotated",
}
CHANGES = [
    (
        "qwen2_week2.py",
        "q, k = self.rotate(q, offset), self.rotate(k, offset)",
        "q, k = self.rotate(q, 0), self.rotate(k, offset)",
    ),
]
