"""The mask is scaled together with the scores."""

FAILS = [
    "1.1.1 attention-mask",
    "1.1.1 attention-mask-broadcast",
]
HINTS = {
    "1.1.1 attention-mask": "the mask was added before scaling",
}
CHANGES = [
    (
        "attention.py",
        "(q @ k.swapaxes(-1, -2)) * scale",
        "q @ k.swapaxes(-1, -2)",
    ),
    (
        "attention.py",
        "softmax(scores, axis=-1) @ v",
        "softmax(scores * scale, axis=-1) @ v",
    ),
]
