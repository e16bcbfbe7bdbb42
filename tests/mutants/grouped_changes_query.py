"""Grouped attention scales the caller's query in place."""

FAILS = ["1.3.1 inputs-unchanged"]
CHANGES = [
    (
        "attention.py",
        """\
    groups = (H, H_q // H)
""",
        """\
    groups = (H, H_q // H)
    query *= query.shape[-1] ** -0.5 if scale is None else scale
""",
    ),
    (
        "attention.py",
        """\
        scale=scale,
""",
        """\
        scale=1.0,
""",
    ),
]
