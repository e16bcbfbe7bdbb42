"""Softmax always runs over the last axis."""

FAILS = [
    "1.1.1 softmax-values",
    "1.1.1 softmax-large",
]
HINTS = {
    "1.1.1 softmax-values": "softmax always ran over the last axis",
}
CHANGES = [
    (
        "basics.py",
        "scores = x.astype(mx.float32)",
        "scores, axis = x.astype(mx.float32), -1",
    ),
]
