"""Positions behind the prompt are one too small."""

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
    "2.1 decode": "positions after the first call are one too small",
}
CHANGES = [
    (
        "qwen2_week2.py",
        "q, k = self.rotate(q, offset), self.rotate(k, offset)",
        """\
offset = [o - (o > 0) for o in offset] if isinstance(offset, list) else offset - (offset > 0)
        q, k = self.rotate(q, offset), self.rotate(k, offset)""",
    ),
]
