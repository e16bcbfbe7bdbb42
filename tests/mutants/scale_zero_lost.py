"""A scale of 0 is taken for one that is not given."""

FAILS = [
    "1.1.1 attention-scale-zero",
    "1.3.1 grouped-scale-zero",
]
HINTS = {
    "1.1.1 attention-scale-zero": "scale = 0 was taken for 'not given'",
    "1.3.1 grouped-scale-zero": "scale = 0 was taken for 'not given'",
}
CHANGES = [
    (
        "attention.py",
        "if scale is None:",
        "if not scale:",
    ),
]
