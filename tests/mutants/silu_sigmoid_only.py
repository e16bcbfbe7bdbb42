"""silu is sigmoid."""

FAILS = [
    "1.4.2 silu-values",
    "1.4.2 silu-negative",
    "1.4.2 mlp-values",
    "1.4.2 silu-wide",
]
HINTS = {
    "1.4.2 silu-values": "this is sigmoid(x)",
}
CHANGES = [
    (
        "basics.py",
        "(wide * sigmoid).astype(x.dtype)",
        "sigmoid.astype(x.dtype)",
    ),
]
