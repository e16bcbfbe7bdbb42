"""A request that is longer than the batch is cut."""

WEEK = 2
FAILS = [
    "2.6 rows",
    "2.6 free-rows",
    "2.6 joins",
    "2.6 leaves",
    "2.6 several-tokens",
    "2.6 half-precision",
    "2.6 all-leave",
]
CHANGES = [
    (
        "kv_cache.py",
        """\
    S = max(rows.shape[2], own.shape[2])
""",
        """\
    S = rows.shape[2] or own.shape[2]
    own = own[:, :, -S:]
""",
    ),
]
