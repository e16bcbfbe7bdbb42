"""The log-probabilities are multiplied with the temperature."""

FAILS = ["1.7 temperature"]
HINTS = {
    "1.7 temperature": "the log-probabilities were multiplied with temp",
}
CHANGES = [
    (
        "sampler.py",
        "ranked / temp",
        "ranked * temp",
    ),
]
