"""The offset counts calls."""

WEEK = 2
FAILS = [
    "2.1 generate-feeds",
    "2.1 whole-model",
]
CHANGES = [
    (
        "generate.py",
        """\
        offset += len(fed)
""",
        """\
        offset += 1
""",
    ),
]
