"""The padding in front of shorter rows is seen."""

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
HINTS = {
    "2.6 rows": "the padding in front",
}
CHANGES = [
    (
        "kv_cache.py",
        "mx.where((first <= column) & (column <= last), 0.0, -mx.inf).astype(dtype)",
        "mx.where((first <= column + S) & (column <= last), 0.0, -mx.inf).astype(dtype)",
    ),
]
