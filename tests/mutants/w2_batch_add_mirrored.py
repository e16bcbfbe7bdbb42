"""Requests get the mirrored row."""

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
        "    return mx.concatenate([rows[:id], own, rows[id + 1 :]])",
        """\
    id = rows.shape[0] - 1 - id
    return mx.concatenate([rows[:id], own, rows[id + 1 :]])""",
    ),
]
