"""The frequencies fall half as fast: base ** (-i / D)."""

FAILS = [
    "1.2.1 rope-halves",
    "1.2.1 rope-traditional",
    "1.2.1 rope-base",
    "1.2.1 rope-default",
]
HINTS = {
    "1.2.1 rope-halves": "the frequency of pair i is base ** (-2 i / D)",
}
CHANGES = [
    (
        "positional_encoding.py",
        "mx.arange(0, dims, 2)",
        "mx.arange(dims // 2)",
    ),
]
