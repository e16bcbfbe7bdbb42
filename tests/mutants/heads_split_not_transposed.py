"""Heads are split by reshape alone."""

FAILS = [
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
]
HINTS = {
    "1.1.2 multi-head-values": "queries, keys and values were reshaped to [B",
}
CHANGES = [
    (
        "attention.py",
        "mx.unflatten(x, -1, (self.num_heads, self.head_dim)).swapaxes(-2, -3)",
        "x.reshape(x.shape[0], self.num_heads, x.shape[1], self.head_dim)",
    ),
]
