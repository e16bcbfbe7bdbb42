"""The positions run over the head axis."""

FAILS = [
    "1.2.1 rope-halves",
    "1.2.1 rope-traditional",
    "1.2.1 rope-base",
    "1.2.1 rope-default",
]
HINTS = {
    "1.2.1 rope-halves": "the positions run over the head axis",
}
CHANGES = [
    (
        "positional_encoding.py",
        "L = x.shape[-3]",
        "L = x.shape[-2]",
    ),
    (
        "positional_encoding.py",
        "positions[..., None, None]",
        "positions[..., None]",
    ),
]
