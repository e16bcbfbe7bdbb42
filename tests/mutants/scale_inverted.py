"""The scores are divided by the scale."""

FAILS = [
    "1.1.1 attention-values",
    "1.1.1 attention-scale",
    "1.1.1 attention-mask",
    "1.1.1 attention-scale-zero",
    "1.1.1 attention-mask-broadcast",
]
HINTS = {
    "1.1.1 attention-values": "the scores were divided by scale",
    "1.1.1 attention-scale": "the scores were divided by scale",
}
CHANGES = [
    (
        "attention.py",
        "(q @ k.swapaxes(-1, -2)) * scale",
        "(q @ k.swapaxes(-1, -2)) / scale",
    ),
]
