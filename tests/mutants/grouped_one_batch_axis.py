"""Grouped attention accepts exactly one batch axis."""

FAILS = ["1.3.1 grouped-leading-axes"]
CHANGES = [
    (
        "attention.py",
        "*batch, H_q, L, _ = query.shape",
        """\
B, H_q, L, _ = query.shape
    batch = (B,)""",
    ),
]
