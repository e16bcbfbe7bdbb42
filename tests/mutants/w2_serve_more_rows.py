"""There is a row for every prompt."""

WEEK = 2
FAILS = [
    "2.7 more-prompts",
    "2.7 one-at-a-time",
]
CHANGES = [
    (
        "batch.py",
        "min(batch_size, len(requests))",
        "len(requests)",
    ),
]
