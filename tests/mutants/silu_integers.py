"""silu rounds to integers."""

FAILS = [
    "1.4.2 silu-values",
    "1.4.2 silu-negative",
    "1.4.2 mlp-values",
    "1.4.2 silu-wide",
]
CHANGES = [
    (
        "basics.py",
        "(wide * sigmoid).astype(x.dtype)",
        "(wide * sigmoid).astype(mx.int32)",
    ),
]
