"""Only the queries are rotated."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
]
CHANGES = [
    (
        "qwen2_week1.py",
        """\
        q, k = self.rope(q), self.rope(k)
""",
        """\
        q = self.rope(q)
""",
    ),
]
