"""Multi-head attention leaves the output projection out."""

FAILS = [
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
]
HINTS = {
    "1.1.2 multi-head-values": "the output projection wo is missing",
}
CHANGES = [
    (
        "attention.py",
        "linear(heads.swapaxes(-2, -3).flatten(-2, -1), self.wo)",
        "heads.swapaxes(-2, -3).flatten(-2, -1)",
    ),
]
