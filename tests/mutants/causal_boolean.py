"""The causal mask is a boolean array."""

FAILS = [
    "1.3.2 mask-square",
    "1.3.2 mask-bottom-right",
    "1.3.2 dtype",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
]
CHANGES = [
    (
        "attention.py",
        "mx.where(mx.arange(S) <= last_visible, 0.0, -mx.inf).astype(dtype)",
        "mx.arange(S) <= last_visible",
    ),
]
