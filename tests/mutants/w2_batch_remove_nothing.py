"""A request is never removed."""

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
        return
""",
    ),
]
