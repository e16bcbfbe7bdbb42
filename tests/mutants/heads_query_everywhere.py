"""Keys and values are computed from the query."""

FAILS = [
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
]
HINTS = {
    "1.1.2 multi-head-values": "keys and values were computed from query",
}
CHANGES = [
    (
        "attention.py",
        "linear(key, self.wk)",
        "linear(query, self.wk)",
    ),
    (
        "attention.py",
        "linear(value, self.wv)",
        "linear(query, self.wv)",
    ),
]
