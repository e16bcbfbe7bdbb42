"""The sign in the exponential is the wrong way round."""

FAILS = [
    "1.4.2 silu-values",
    "1.4.2 silu-negative",
    "1.4.2 mlp-values",
    "1.4.2 silu-wide",
]
HINTS = {
    "1.4.2 silu-values": "this is x * sigmoid(-x)",
}
CHANGES = [
    (
        "basics.py",
        "wide < 0",
        "wide > 0",
    ),
]
