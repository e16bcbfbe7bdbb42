"""The mask's heads are regrouped in the order of tiled heads."""

FAILS = ["1.3.1 grouped-mask"]
CHANGES = [
    (
        "attention.py",
        "mask = mx.unflatten(mx.broadcast_to(mask, (*batch, H_q, L, S)), -3, groups)",
        "mask = mx.unflatten(mx.broadcast_to(mask, (*batch, H_q, L, S)), -3, groups[::-1]).swapaxes(-3, -4)",
    ),
]
