"""The least likely token is taken."""

FAILS = [
    "1.6 feeds-whole-sequence",
    "1.6 stops-at-eos",
    "1.6 half-precision",
    "1.6 prints-text",
    "1.6 whole-model",
]
HINTS = {
    "1.6 feeds-whole-sequence": "the token with the smallest logit was taken",
}
CHANGES = [
    (
        "generate.py",
        "mx.argmax(logits",
        "mx.argmin(logits",
    ),
]
