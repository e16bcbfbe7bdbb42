"""The descending sum is compared with 1 - top_p."""

FAILS = [
    "1.7 top-p",
    "1.7 top-p-keeps-one",
]
CHANGES = [
    (
        "sampler.py",
        "- probs >= top_p",
        "- probs >= 1 - top_p",
    ),
]
