"""Requests are served one after the other."""

WEEK = 2
FAILS = [
    "2.7 together",
]
CHANGES = [
    (
        "batch.py",
        """\
        if waiting and batch.has_free_row:
""",
        """\
        if waiting and not batch.is_running:
""",
    ),
]
