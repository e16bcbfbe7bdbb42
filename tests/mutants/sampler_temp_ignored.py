"""The temperature is ignored."""

FAILS = ["1.7 temperature"]
HINTS = {
    "1.7 temperature": "the temperature is ignored",
}
CHANGES = [
    (
        "sampler.py",
        "ranked / temp",
        "ranked",
    ),
]
