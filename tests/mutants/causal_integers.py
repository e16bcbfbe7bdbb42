"""The causal mask is made of integers: -1000000000 where a key is hidden."""

FAILS = [
    "1.3.2 mask-square",
    "1.3.2 mask-bottom-right",
    "1.3.2 dtype",
]
CHANGES = [
    (
        "attention.py",
        "mx.where(mx.arange(S) <= last_visible, 0.0, -mx.inf).astype(dtype)",
        "mx.where(mx.arange(S) <= last_visible, 0, -1000000000)",
    ),
]
