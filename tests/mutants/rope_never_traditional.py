"""RoPE rotates halves whatever `traditional` says."""

FAILS = [
    "1.2.1 rope-traditional",
    "1.2.1 rope-base",
]
HINTS = {
    "1.2.1 rope-traditional": "halves were rotated",
}
CHANGES = [
    (
        "positional_encoding.py",
        "self.traditional = traditional",
        "self.traditional = False",
    ),
]
