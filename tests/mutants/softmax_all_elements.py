"""Softmax normalises all elements at once."""

FAILS = [
    "1.1.1 softmax-values",
    "1.1.1 attention-values",
    "1.1.1 attention-scale",
    "1.1.1 attention-mask",
    "1.1.1 softmax-large",
    "1.1.1 attention-scale-zero",
    "1.1.1 attention-mask-broadcast",
    "1.7 rows",
]
HINTS = {
    "1.1.1 softmax-values": "softmax ran over all elements at once",
}
CHANGES = [
    (
        "basics.py",
        "scores = x.astype(mx.float32)",
        "scores, axis = x.astype(mx.float32), None",
    ),
]
