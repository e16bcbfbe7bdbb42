"""Qwen2's attention rotates adjacent pairs."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
]
HINTS = {
    "1.3.3 attention-values": "RoPE rotates adjacent pairs",
    "1.5.1 block-values": "RoPE rotates adjacent pairs",
    "1.5.3 model-tied": "RoPE rotates adjacent pairs",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "base=theta, traditional=False",
        "base=theta, traditional=True",
    ),
]
