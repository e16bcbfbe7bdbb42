"""Shorter rows lie at the beginning, but are masked as if they lay at the end."""

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
        "    rows, own = (mx.pad(x, [(0, 0), (0, 0), (S - x.shape[2], 0), (0, 0)]) for x in (rows, own))",
        "    rows, own = (mx.pad(x, [(0, 0), (0, 0), (0, S - x.shape[2]), (0, 0)]) for x in (rows, own))",
    ),
]
