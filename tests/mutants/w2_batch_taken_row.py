"""A taken row is given away again."""

WEEK = 2
FAILS = [
    "2.6 taken-row",
]
CHANGES = [
    (
        "kv_cache.py",
        """\
if self.lengths[id] is not None:
            raise ValueError(f"row {id} is taken""",
        """\
if self.lengths[id] == -1:
            raise ValueError(f"row {id} is taken""",
    ),
]
