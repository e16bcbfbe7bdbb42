"""Attention ignores the mask."""

FAILS = [
    "1.1.1 attention-mask",
    "1.1.1 attention-mask-broadcast",
]
HINTS = {
    "1.1.1 attention-mask": "the mask is ignored",
    "1.3.1 grouped-mask": "the mask is ignored",
}
CHANGES = [
    (
        "attention.py",
        "scores = scores + mask.astype(mx.float32)",
        "pass",
    ),
]
