"""The first token is not tested for EOS."""

WEEK = 2
FAILS = [
    "2.1 generate-eos",
]
CHANGES = [
    (
        "generate.py",
        """\
if token == tokenizer.eos_token_id:
            break
        stream""",
        """\
if token == tokenizer.eos_token_id and len(fed) == 1 and text:
            break
        stream""",
    ),
]
