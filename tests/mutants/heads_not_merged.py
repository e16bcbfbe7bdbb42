"""Heads are joined by reshape alone."""

FAILS = [
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
]
HINTS = {
    "1.1.2 multi-head-values": "heads were joined by reshape alone",
}
CHANGES = [
    (
        "attention.py",
        "heads.swapaxes(-2, -3).flatten(-2, -1)",
        "heads.reshape(query.shape)",
    ),
]
