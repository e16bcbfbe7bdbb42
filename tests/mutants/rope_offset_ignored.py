"""RoPE ignores the offset."""

FAILS = [
    "1.2.2 rope-offset",
    "1.2.2 rope-offset-list-of-one",
    "1.2.2 rope-offset-rows",
    "1.2.2 rope-long",
]
HINTS = {
    "1.2.2 rope-offset": "the offset is ignored",
    "1.2.2 rope-offset-list-of-one": "the offset is ignored",
}
CHANGES = [
    (
        "positional_encoding.py",
        "L = x.shape[-3]",
        "L, offset = x.shape[-3], None",
    ),
]
