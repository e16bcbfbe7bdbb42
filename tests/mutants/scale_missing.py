"""The scores are not scaled unless a scale is given."""

FAILS = [
    "1.1.1 attention-values",
    "1.1.1 attention-mask",
    "1.1.1 attention-mask-broadcast",
]
HINTS = {
    "1.1.1 attention-values": "the scores are not scaled; the default is D ** -0.5",
    "1.1.1 attention-mask": "the scores are not scaled; the default is D ** -0.5",
}
CHANGES = [
    (
        "attention.py",
        "scale = query.shape[-1] ** -0.5",
        "scale = 1.0",
    ),
]
