"""RoPE's base is always 10000."""

FAILS = ["1.2.1 rope-base"]
HINTS = {
    "1.2.1 rope-base": "the base that is passed in is ignored",
}
CHANGES = [
    (
        "positional_encoding.py",
        "base ** (-mx.arange",
        "10000 ** (-mx.arange",
    ),
]
