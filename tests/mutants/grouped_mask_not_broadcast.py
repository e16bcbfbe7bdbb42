"""Grouped attention wants a mask with batch and heads."""

FAILS = ["1.3.1 grouped-mask-broadcast"]
CHANGES = [
    (
        "attention.py",
        "mask = mx.unflatten(mx.broadcast_to(mask, (*batch, H_q, L, S)), -3, groups)",
        "mask = mx.unflatten(mask, -3, groups)",
    ),
]
