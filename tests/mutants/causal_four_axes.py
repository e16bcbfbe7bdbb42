"""The causal mask has axes of length 1 in front."""

FAILS = [
    "1.3.2 mask-square",
    "1.3.2 mask-bottom-right",
]
CHANGES = [
    (
        "attention.py",
        "mx.where(mx.arange(S) <= last_visible, 0.0, -mx.inf).astype(dtype)",
        "mx.where(mx.arange(S) <= last_visible, 0.0, -mx.inf).astype(dtype)[None, None]",
    ),
]
