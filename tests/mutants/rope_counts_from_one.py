"""Positions are counted from 1."""

FAILS = [
    "1.2.1 rope-halves",
    "1.2.1 rope-traditional",
    "1.2.1 rope-base",
    "1.2.1 rope-default",
]
HINTS = {
    "1.2.1 rope-halves": "every position is one too large",
}
CHANGES = [
    (
        "positional_encoding.py",
        "return list(positions)",
        "return [p + 1 for p in positions]",
    ),
]
