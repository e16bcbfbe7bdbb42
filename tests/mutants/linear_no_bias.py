"""Linear does not add the bias."""

FAILS = [
    "1.1.2 linear-values",
    "1.1.2 linear-no-leading-axis",
]
HINTS = {
    "1.1.2 linear-values": "the bias is not added",
}
CHANGES = [
    (
        "basics.py",
        "return y if bias is None else y + bias",
        "return y",
    ),
]
