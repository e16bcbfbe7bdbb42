"""Every request gets the first free row."""

WEEK = 2
FAILS = [
    "2.6 free-rows",
    "2.6 all-leave",
    "2.6 taken-row",
]
CHANGES = [
    (
        "kv_cache.py",
        """\
        self._check_row(id)
        if self.lengths[id] is not None:
""",
        """\
        self._check_row(id)
        id = self.lengths.index(None) if None in self.lengths else id
        if self.lengths[id] is not None:
""",
    ),
]
