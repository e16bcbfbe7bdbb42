"""Multi-head attention does not scale the scores."""

FAILS = [
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
]
HINTS = {
    "1.1.2 multi-head-values": "the scores are not scaled; multiply them with head_dim ** -0.5",
}
CHANGES = [
    (
        "attention.py",
        "(q, k, v, mask=mask)",
        "(q, k, v, scale=1.0, mask=mask)",
    ),
]
