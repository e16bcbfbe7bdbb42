"""The prompt is fed at offset 1."""

WEEK = 2
FAILS = [
    "2.1 generate-feeds",
]
HINTS = {
    "2.1 generate-feeds": "the offset is off by one",
}
CHANGES = [
    (
        "generate.py",
        "offset, cache = 0, [",
        "offset, cache = 1, [",
    ),
]
