"""EOS is fed before the loop ends."""

WEEK = 2
FAILS = [
    "2.1 generate-eos",
    "2.1 whole-model",
]
HINTS = {
    "2.1 generate-eos": "test for EOS before",
}
CHANGES = [
    (
        "generate.py",
        """\
if token == tokenizer.eos_token_id:
            break
        stream""",
        """\
if token == tokenizer.eos_token_id:
            model(mx.array([[token]]), offset, cache)
            break
        stream""",
    ),
]
