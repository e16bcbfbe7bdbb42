"""Always the most likely token is taken."""

FAILS = [
    "1.7 temperature",
    "1.7 top-k",
    "1.7 top-p",
]
HINTS = {
    "1.7 temperature": "always the most likely token was taken",
    "1.7 top-p": "only the most likely token was ever kept",
}
CHANGES = [
    (
        "sampler.py",
        "mx.random.categorical(ranked / temp, axis=-1)",
        "mx.argmax(ranked / temp, axis=-1)",
    ),
]
