"""Queries and keys are not rotated."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
]
HINTS = {
    "1.3.3 attention-values": "queries and keys are not rotated by RoPE",
    "1.5.1 block-values": "queries and keys are not rotated by RoPE",
    "1.5.3 model-tied": "queries and keys are not rotated by RoPE",
}
CHANGES = [
    (
        "qwen2_week1.py",
        """\
        q, k = self.rope(q), self.rope(k)
""",
        "",
    ),
]
