"""The row after the one that is meant is freed."""

WEEK = 2
FAILS = [
    "2.6 leaves",
    "2.6 all-leave",
]
CHANGES = [
    (
        "kv_cache.py",
        """\
        self.lengths[id] = None
""",
        """\
        self.lengths[(id + 1) % len(self.lengths)] = None
""",
    ),
]
