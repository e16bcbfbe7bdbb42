"""Multi-head attention does not pass the mask on."""

FAILS = [
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
]
HINTS = {
    "1.1.2 multi-head-mask": "the mask is ignored",
}
CHANGES = [
    (
        "attention.py",
        "(q, k, v, mask=mask)",
        "(q, k, v)",
    ),
]
