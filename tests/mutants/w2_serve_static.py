"""A batch is filled when all its rows are free."""

WEEK = 2
FAILS = [
    "2.7 together",
]
HINTS = {
    "2.7 together": "static batching",
}
CHANGES = [
    (
        "batch.py",
        """\
        if waiting and batch.has_free_row:
""",
        """\
        batch.filling = batch.has_free_row and (not batch.is_running or getattr(batch, 'filling', True))
        if waiting and batch.filling:
""",
    ),
    (
        "batch.py",
        """\
        if batch.is_running:
            batch.decode()
""",
        """\
        if batch.is_running and not (waiting and batch.filling and batch.has_free_row):
            batch.filling = False
            batch.decode()
""",
    ),
]
