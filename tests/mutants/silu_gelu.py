"""silu is GELU."""

FAILS = [
    "1.4.2 silu-values",
    "1.4.2 silu-negative",
    "1.4.2 mlp-values",
    "1.4.2 silu-wide",
]
HINTS = {
    "1.4.2 silu-values": "this is GELU; silu is x * sigmoid(x)",
}
CHANGES = [
    (
        "basics.py",
        "(wide * sigmoid).astype(x.dtype)",
        "(wide * 0.5 * (1 + mx.erf(wide * 0.5**0.5))).astype(x.dtype)",
    ),
]
