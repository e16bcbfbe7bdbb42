"""There are at least two rows."""

WEEK = 2
FAILS = [
    "2.7 one-at-a-time",
]
CHANGES = [
    (
        "batch.py",
        "min(batch_size, len(requests))",
        "max(2, min(batch_size, len(requests)))",
    ),
]
