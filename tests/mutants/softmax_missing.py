"""The scores are multiplied with the values without softmax."""

FAILS = [
    "1.1.1 attention-values",
    "1.1.1 attention-scale",
    "1.1.1 attention-mask",
    "1.1.1 attention-scale-zero",
    "1.1.1 attention-mask-broadcast",
]
HINTS = {
    "1.1.1 attention-values": "the scores were multiplied with value without softmax",
}
CHANGES = [
    (
        "attention.py",
        "(softmax(scores, axis=-1) @ v)",
        "(scores @ v)",
    ),
]
