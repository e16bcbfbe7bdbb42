"""A list of offsets is not understood."""

FAILS = [
    "1.2.2 rope-offset-list-of-one",
    "1.2.2 rope-offset-rows",
]
CHANGES = [
    (
        "positional_encoding.py",
        "if isinstance(offset, list):",
        "if False:",
    ),
]
