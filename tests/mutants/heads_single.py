"""The projections are attended as one head."""

FAILS = [
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
    "1.1.2 inputs-unchanged",
]
HINTS = {
    "1.1.2 multi-head-values": "the projections were attended as one head",
}
CHANGES = [
    (
        "attention.py",
        """\
self.num_heads = num_heads
        self.head_dim = hidden_size // num_heads
        self.wq""",
        """\
self.num_heads = 1
        self.head_dim = hidden_size
        self.wq""",
    ),
]
