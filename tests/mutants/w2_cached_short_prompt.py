"""Prompts are cut after sixteen tokens."""

WEEK = 2
FAILS = [
    "2.1 whole-model",
]
CHANGES = [
    (
        "generate.py",
        """\
        tokenizer.encode(prompt)
    )""",
        """\
        tokenizer.encode(prompt)[:16]
    )""",
    ),
]
