"""Heads are split and joined by reshape alone."""

FAILS = [
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
]
HINTS = {
    "1.1.2 multi-head-values": "heads were split by reshape alone",
}
CHANGES = [
    (
        "attention.py",
        "mx.unflatten(x, -1, (self.num_heads, self.head_dim)).swapaxes(-2, -3)",
        "x.reshape(x.shape[0], self.num_heads, x.shape[1], self.head_dim)",
    ),
    (
        "attention.py",
        "heads.swapaxes(-2, -3).flatten(-2, -1)",
        "heads.reshape(query.shape)",
    ),
]
