"""Texts carry the number of their row."""

WEEK = 2
FAILS = [
    "2.7 texts",
    "2.7 whole-model",
]
CHANGES = [
    (
        "batch.py",
        """\
        request.cache = []  # copied into the batch's
""",
        """\
        request.cache = []  # copied into the batch's
        request.prompt_idx = row
""",
    ),
]
