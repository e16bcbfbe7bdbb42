"""The mask is not passed on to attention."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
    "1.3.3 attention-small",
]
HINTS = {
    "1.3.3 attention-values": "the mask is not passed on to attention",
    "1.5.1 block-values": "the mask is not passed on to attention",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "(q, k, v, mask=mask)",
        "(q, k, v)",
    ),
]
