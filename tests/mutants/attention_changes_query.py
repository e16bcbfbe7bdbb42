"""Attention scales the caller's query in place."""

FAILS = ["1.1.1 inputs-unchanged"]
CHANGES = [
    (
        "attention.py",
        """\
    q, k, v = (x.astype(mx.float32) for x in (query, key, value))
""",
        """\
    query *= scale
    q, k, v = (x.astype(mx.float32) for x in (query, key, value))
""",
    ),
    (
        "attention.py",
        "(q @ k.swapaxes(-1, -2)) * scale",
        "q @ k.swapaxes(-1, -2)",
    ),
]
