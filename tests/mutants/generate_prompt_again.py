"""The prompt is fed again and again."""

FAILS = [
    "1.6 feeds-whole-sequence",
    "1.6 uses-sampler",
    "1.6 half-precision",
    "1.6 whole-model",
]
HINTS = {
    "1.6 feeds-whole-sequence": "the prompt was fed again without the generated tokens",
}
CHANGES = [
    (
        "generate.py",
        """\
        tokens.append(token)
""",
        "",
    ),
]
