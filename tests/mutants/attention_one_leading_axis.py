"""Attention accepts exactly one or two leading axes: `[L, D]` raises."""

FAILS = [
    "1.1.1 attention-values",
    "1.1.1 attention-scale",
    "1.1.1 attention-mask",
    "1.1.1 attention-scale-zero",
]
CHANGES = [
    (
        "attention.py",
        "q, k, v = (x.astype(mx.float32) for x in (query, key, value))",
        "q, k, v = (x.swapaxes(-3, -3).astype(mx.float32) for x in (query, key, value))",
    ),
]
