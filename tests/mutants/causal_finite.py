"""Hidden keys hold -1e9 in place of -inf."""

FAILS = [
    "1.3.2 mask-square",
    "1.3.2 mask-bottom-right",
]
HINTS = {
    "1.3.2 mask-square": "hidden keys hold a large negative number",
}
CHANGES = [
    (
        "attention.py",
        "last_visible, 0.0, -mx.inf)",
        "last_visible, 0.0, -1e9)",
    ),
]
