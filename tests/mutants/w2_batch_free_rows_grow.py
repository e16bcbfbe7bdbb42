"""A free row keeps what it is fed."""

WEEK = 2
FAILS = [
    "2.6 joins",
    "2.6 leaves",
    "2.6 all-leave",
]
CHANGES = [
    (
        "kv_cache.py",
        "None if length is None else length + L for length in self.lengths",
        "(length or 0) + L for length in self.lengths",
    ),
]
