"""The causal mask hides the past and shows the future."""

FAILS = [
    "1.3.2 mask-square",
    "1.3.2 mask-bottom-right",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
]
HINTS = {
    "1.3.2 mask-square": "the mask is inverted",
}
CHANGES = [
    (
        "attention.py",
        "last_visible, 0.0, -mx.inf)",
        "last_visible, -mx.inf, 0.0)",
    ),
]
