"""silu is ReLU."""

FAILS = [
    "1.4.2 silu-values",
    "1.4.2 silu-negative",
    "1.4.2 mlp-values",
    "1.4.2 silu-wide",
]
HINTS = {
    "1.4.2 silu-values": "this is ReLU",
}
CHANGES = [
    (
        "basics.py",
        "(wide * sigmoid).astype(x.dtype)",
        "mx.maximum(x, 0)",
    ),
]
