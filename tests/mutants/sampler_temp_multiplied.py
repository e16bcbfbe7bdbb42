"""The log-probabilities are multiplied with the temperature."""

FAILS = ["1.7 temperature"]
CHANGES = [
    (
        "sampler.py",
        "ranked / temp",
        "ranked * temp",
    ),
]
