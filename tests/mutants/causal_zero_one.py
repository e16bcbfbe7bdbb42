"""The causal mask holds 1 and 0."""

FAILS = [
    "1.3.2 mask-square",
    "1.3.2 mask-bottom-right",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
]
HINTS = {
    "1.3.2 mask-square": "the mask holds 1 for visible and 0 for hidden",
}
CHANGES = [
    (
        "attention.py",
        "last_visible, 0.0, -mx.inf)",
        "last_visible, 1.0, 0.0)",
    ),
]
