"""The token is compared with the EOS text."""

FAILS = [
    "1.6 stops-at-eos",
    "1.6 half-precision",
    "1.6 prints-text",
    "1.6 whole-model",
]
HINTS = {
    "1.6 stops-at-eos": "compare the token id with tokenizer.eos_token_id",
}
CHANGES = [
    (
        "generate.py",
        "!= tokenizer.eos_token_id",
        "!= tokenizer.eos_token",
    ),
]
