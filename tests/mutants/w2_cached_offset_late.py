"""The offset is one behind after the prompt."""

WEEK = 2
FAILS = [
    "2.1 generate-feeds",
]
CHANGES = [
    (
        "generate.py",
        """\
        offset += len(fed)
""",
        """\
        offset += len(fed) - (offset == 0)
""",
    ),
]
