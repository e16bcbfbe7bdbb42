"""Results come in the order in which requests end, as lists."""

WEEK = 2
CHANGES = [
    (
        "batch.py",
        """\
    return [(request.prompt_idx, request.text()) for request in requests]
""",
        """\
    return [[r.prompt_idx, r.text()] for r in sorted(requests, key=lambda r: (len(r.new_tokens), r.prompt_idx))]
""",
    ),
]
