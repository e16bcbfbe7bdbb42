"""Grouped attention does not pass the scale on."""

FAILS = [
    "1.3.1 grouped-scale",
    "1.3.1 grouped-scale-zero",
]
HINTS = {
    "1.3.1 grouped-scale": "the scale that is passed in is ignored",
}
CHANGES = [
    (
        "attention.py",
        """\
        scale=scale,
""",
        "",
    ),
]
