"""Attention reshapes the keys like the queries: only L = S works."""

FAILS = [
    "1.1.1 attention-values",
    "1.1.1 attention-scale",
    "1.1.1 attention-mask",
    "1.1.1 attention-scale-zero",
    "1.1.1 attention-mask-broadcast",
]
CHANGES = [
    (
        "attention.py",
        "k.swapaxes(-1, -2)",
        "k.reshape(q.shape).swapaxes(-1, -2)",
    ),
]
