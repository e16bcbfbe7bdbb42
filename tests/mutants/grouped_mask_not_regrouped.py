"""The mask keeps its H_q heads beside scores in groups."""

FAILS = [
    "1.3.1 grouped-mask",
    "1.3.1 inputs-unchanged",
]
CHANGES = [
    (
        "attention.py",
        "mask = mx.unflatten(mx.broadcast_to(mask, (*batch, H_q, L, S)), -3, groups)",
        "mask = mx.array(mask)",
    ),
]
