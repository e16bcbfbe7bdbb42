"""The token is compared with the EOS text."""

WEEK = 2
FAILS = [
    "2.1 generate-eos",
    "2.1 whole-model",
    "2.1 prints-text",
]
HINTS = {
    "2.1 generate-eos": "compare the token id",
}
CHANGES = [
    (
        "generate.py",
        """\
if token == tokenizer.eos_token_id:
            break
        stream""",
        """\
if token == tokenizer.eos_token:
            break
        stream""",
    ),
]
