"""Every row of the batch gets the first row's offset."""

FAILS = ["1.2.2 rope-offset-rows"]
HINTS = {
    "1.2.2 rope-offset-rows": "every row was rotated by the first row's offset",
}
CHANGES = [
    (
        "positional_encoding.py",
        "for row in offset])",
        "for row in offset[:1]])",
    ),
]
