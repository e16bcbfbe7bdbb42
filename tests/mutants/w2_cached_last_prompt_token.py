"""The last token of the prompt is fed twice."""

WEEK = 2
FAILS = [
    "2.1 generate-feeds",
    "2.1 generate-eos",
    "2.1 whole-model",
]
CHANGES = [
    (
        "generate.py",
        """\
        fed = [token]
""",
        """\
        fed = [fed[-1], token] if len(fed) > 1 else [token]
""",
    ),
]
