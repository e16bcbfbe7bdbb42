"""The mask is subtracted from the scores."""

FAILS = [
    "1.1.1 attention-mask",
    "1.1.1 attention-mask-broadcast",
]
HINTS = {
    "1.1.1 attention-mask": "the mask was subtracted",
}
CHANGES = [
    (
        "attention.py",
        "scores = scores + mask.astype(mx.float32)",
        "scores = scores - mask.astype(mx.float32)",
    ),
]
