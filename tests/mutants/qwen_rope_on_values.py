"""The values are rotated too."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
    "1.3.3 attention-small",
]
HINTS = {
    "1.3.3 attention-values": "the values are rotated too",
    "1.5.1 block-values": "the values are rotated too",
    "1.5.3 model-tied": "the values are rotated too",
}
CHANGES = [
    (
        "qwen2_week1.py",
        """\
        q, k = self.rope(q), self.rope(k)
""",
        """\
        q, k, v = self.rope(q), self.rope(k), self.rope(v)
""",
    ),
]
