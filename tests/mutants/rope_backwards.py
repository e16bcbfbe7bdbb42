"""RoPE rotates backwards."""

FAILS = [
    "1.2.1 rope-halves",
    "1.2.1 rope-traditional",
    "1.2.1 rope-base",
    "1.2.1 rope-default",
]
HINTS = {
    "1.2.1 rope-halves": "the pairs were rotated backwards",
}
CHANGES = [
    (
        "positional_encoding.py",
        "mx.sin(angles)",
        "-mx.sin(angles)",
    ),
]
