"""Softmax does not divide by the sum."""

FAILS = [
    "1.1.1 softmax-values",
    "1.1.1 attention-values",
    "1.1.1 attention-scale",
    "1.1.1 attention-mask",
    "1.1.1 softmax-large",
    "1.1.1 attention-scale-zero",
    "1.1.1 attention-mask-broadcast",
    "1.7 top-p",
]
HINTS = {
    "1.1.1 softmax-values": "the exponentials are not divided by their sum",
}
CHANGES = [
    (
        "basics.py",
        "(weights / mx.sum(weights, axis=axis, keepdims=True))",
        "weights",
    ),
]
