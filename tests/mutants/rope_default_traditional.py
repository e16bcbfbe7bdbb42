"""RoPE's default is traditional=True."""

FAILS = ["1.2.1 rope-default"]
HINTS = {
    "1.2.1 rope-default": "adjacent pairs were rotated",
}
CHANGES = [
    (
        "positional_encoding.py",
        "traditional: bool = False",
        "traditional: bool = True",
    ),
]
