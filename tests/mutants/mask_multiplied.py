"""The mask is multiplied with the scores."""

FAILS = [
    "1.1.1 attention-mask",
    "1.1.1 attention-mask-broadcast",
]
CHANGES = [
    (
        "attention.py",
        "scores = scores + mask.astype(mx.float32)",
        "scores = scores * mask.astype(mx.float32)",
    ),
]
