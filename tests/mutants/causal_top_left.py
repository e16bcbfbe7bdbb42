"""The causal mask is aligned at the top left."""

FAILS = [
    "1.3.2 mask-bottom-right",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
]
HINTS = {
    "1.3.2 mask-bottom-right": "the mask is aligned at the top left",
    "1.3.1 grouped-causal": "the causal mask is aligned at the top left",
}
CHANGES = [
    (
        "attention.py",
        "mx.arange(L)[:, None] + (S - L)",
        "mx.arange(L)[:, None]",
    ),
]
