"""Every offset starts one position early."""

FAILS = [
    "1.2.2 rope-offset",
    "1.2.2 rope-offset-list-of-one",
    "1.2.2 rope-offset-rows",
    "1.2.2 rope-long",
]
HINTS = {
    "1.2.2 rope-offset": "every position is one too small",
}
CHANGES = [
    (
        "positional_encoding.py",
        "positions[..., None, None]",
        "(positions - (0 if offset is None else 1))[..., None, None]",
    ),
]
