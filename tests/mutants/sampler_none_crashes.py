"""top_p=None raises."""

FAILS = [
    "1.7 temperature",
    "1.7 top-k",
    "1.7 rows",
    "1.7 inputs-unchanged",
]
CHANGES = [
    (
        "sampler.py",
        "if top_p is not None and top_p < 1:",
        "if top_p < 1:",
    ),
]
