"""Multi-head attention wants a mask with batch and heads."""

FAILS = ["1.1.2 multi-head-mask-broadcast"]
CHANGES = [
    (
        "attention.py",
        "(q, k, v, mask=mask)",
        """\
(
            q, k, v, mask=mask if mask is None else mask.reshape(*q.shape[:2], q.shape[-2], k.shape[-2])
        )""",
    ),
]
