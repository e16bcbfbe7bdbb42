"""A scale that is given is ignored."""

FAILS = [
    "1.1.1 attention-scale",
    "1.1.1 attention-scale-zero",
]
HINTS = {
    "1.1.1 attention-scale": "the scale that is passed in is ignored",
}
CHANGES = [
    (
        "attention.py",
        "if scale is None:",
        "if True:",
    ),
]
