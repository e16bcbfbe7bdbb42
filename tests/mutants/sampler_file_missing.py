"""The sampler's file is missing."""

FAILS = [
    "1.7 greedy",
    "1.7 temperature",
    "1.7 top-k",
    "1.7 top-p",
    "1.7 top-p-keeps-one",
    "1.7 both-cuts",
    "1.7 rows",
    "1.7 inputs-unchanged",
]
REMOVE = ["sampler.py"]
