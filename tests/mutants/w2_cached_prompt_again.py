"""The prompt is fed at every step."""

WEEK = 2
FAILS = [
    "2.1 generate-feeds",
    "2.1 generate-eos",
    "2.1 whole-model",
]
HINTS = {
    "2.1 generate-feeds": "earlier tokens are fed again",
}
CHANGES = [
    (
        "generate.py",
        """\
        fed = [token]
""",
        """\
        fed = list(tokenizer.encode(prompt))
""",
    ),
]
