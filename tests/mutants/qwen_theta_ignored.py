"""theta is not passed on to RoPE."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
]
HINTS = {
    "1.3.3 attention-values": "theta is not passed on to RoPE",
    "1.5.1 block-values": "theta is not passed on to RoPE",
    "1.5.3 model-tied": "theta is not passed on to RoPE",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "base=theta, traditional=False",
        "traditional=False",
    ),
]
