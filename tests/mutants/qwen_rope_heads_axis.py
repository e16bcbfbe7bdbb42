"""RoPE runs after the heads have moved in front of the sequence."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
]
HINTS = {
    "1.3.3 attention-values": "RoPE ran over the head axis",
    "1.5.1 block-values": "RoPE ran over the head axis",
    "1.5.3 model-tied": "RoPE ran over the head axis",
}
CHANGES = [
    (
        "qwen2_week1.py",
        """\
        q, k = self.rope(q), self.rope(k)
""",
        "",
    ),
    (
        "qwen2_week1.py",
        "        out = scaled",
        """\
        q, k = self.rope(q), self.rope(k)
        out = scaled""",
    ),
]
