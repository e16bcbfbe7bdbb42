"""All free rows are filled before anybody decodes."""

WEEK = 2
CHANGES = [
    (
        "batch.py",
        """\
        if waiting and batch.has_free_row:
            waiting[0].try_prefill()
""",
        """\
        while waiting and batch.has_free_row:
            waiting[0].try_prefill()
""",
    ),
]
