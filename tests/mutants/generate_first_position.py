"""The next token is taken from the first position."""

FAILS = [
    "1.6 feeds-whole-sequence",
    "1.6 stops-at-eos",
    "1.6 sampler-gets-logprobs",
    "1.6 half-precision",
    "1.6 prints-text",
    "1.6 whole-model",
]
HINTS = {
    "1.6 feeds-whole-sequence": "the token was not taken from the last position",
}
CHANGES = [
    (
        "generate.py",
        "[:, -1, :]",
        "[:, 0, :]",
    ),
]
