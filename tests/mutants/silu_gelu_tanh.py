"""silu is the tanh form of GELU."""

FAILS = [
    "1.4.2 silu-values",
    "1.4.2 silu-negative",
    "1.4.2 mlp-values",
    "1.4.2 silu-wide",
]
HINTS = {
    "1.4.2 silu-values": "this is GELU (tanh form)",
}
CHANGES = [
    (
        "basics.py",
        "(wide * sigmoid).astype(x.dtype)",
        "(wide * mx.sigmoid(1.5957691216057308 * (wide + 0.044715 * wide**3))).astype(x.dtype)",
    ),
]
