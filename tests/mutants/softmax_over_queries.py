"""Softmax runs over the queries."""

FAILS = [
    "1.1.1 attention-values",
    "1.1.1 attention-scale",
    "1.1.1 attention-mask",
    "1.1.1 attention-scale-zero",
    "1.1.1 attention-mask-broadcast",
]
HINTS = {
    "1.1.1 attention-values": "softmax ran over the query axis",
}
CHANGES = [
    (
        "attention.py",
        "softmax(scores, axis=-1)",
        "softmax(scores, axis=-2)",
    ),
]
