"""A round decodes before it prefills."""

WEEK = 2
CHANGES = [
    (
        "batch.py",
        """\
        if waiting and batch.has_free_row:
            waiting[0].try_prefill()
            if waiting[0].is_prefill_done:
                batch.add(waiting.popleft())
        if batch.is_running:
            batch.decode()
""",
        """\
        if batch.is_running:
            batch.decode()
        if waiting and batch.has_free_row:
            waiting[0].try_prefill()
            if waiting[0].is_prefill_done:
                batch.add(waiting.popleft())
""",
    ),
]
