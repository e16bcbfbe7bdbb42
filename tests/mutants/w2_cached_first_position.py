"""The first position's logits are taken."""

WEEK = 2
FAILS = [
    "2.1 generate-feeds",
    "2.1 generate-eos",
    "2.1 whole-model",
    "2.1 prints-text",
]
HINTS = {
    "2.1 generate-feeds": "the token is not taken from the last",
}
CHANGES = [
    (
        "generate.py",
        "cache)[0, -1].astype",
        "cache)[0, 0].astype",
    ),
]
