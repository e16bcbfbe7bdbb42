"""The embedding has no as_linear."""

FAILS = ["1.5.2 embedding-as-linear"]
CHANGES = [
    (
        "embedding.py",
        "def as_linear",
        "def as_head",
    ),
]
