"""The scores of Qwen2's attention are not scaled."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-small",
]
HINTS = {
    "1.3.3 attention-values": "the scores are not scaled by head_dim ** -0.5",
    "1.5.1 block-values": "the scores are not scaled by head_dim ** -0.5",
    "1.5.3 model-tied": "the scores are not scaled by head_dim ** -0.5",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "(q, k, v, mask=mask)",
        "(q, k, v, scale=1.0, mask=mask)",
    ),
]
