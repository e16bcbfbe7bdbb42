"""`traditional` is read the wrong way round."""

FAILS = [
    "1.2.1 rope-halves",
    "1.2.1 rope-traditional",
    "1.2.1 rope-base",
    "1.2.1 rope-default",
]
HINTS = {
    "1.2.1 rope-halves": "adjacent pairs were rotated",
    "1.2.1 rope-traditional": "halves were rotated",
}
CHANGES = [
    (
        "positional_encoding.py",
        "if self.traditional:",
        "if not self.traditional:",
    ),
]
