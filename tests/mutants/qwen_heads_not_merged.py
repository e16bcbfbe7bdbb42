"""Qwen2's attention joins the heads by reshape alone."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
    "1.3.3 attention-small",
]
CHANGES = [
    (
        "qwen2_week1.py",
        "out.swapaxes(1, 2).flatten(2, 3)",
        "out.reshape(B, L, -1)",
    ),
]
