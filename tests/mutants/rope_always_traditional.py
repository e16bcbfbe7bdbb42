"""RoPE rotates adjacent pairs whatever `traditional` says."""

FAILS = [
    "1.2.1 rope-halves",
    "1.2.1 rope-base",
    "1.2.1 rope-default",
]
HINTS = {
    "1.2.1 rope-halves": "adjacent pairs were rotated",
    "1.2.1 rope-default": "adjacent pairs were rotated",
}
CHANGES = [
    (
        "positional_encoding.py",
        "self.traditional = traditional",
        "self.traditional = True",
    ),
]
