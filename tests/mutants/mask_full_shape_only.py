"""The mask has to have the shape of the scores: no broadcast."""

FAILS = [
    "1.1.1 attention-mask-broadcast",
    "1.1.2 multi-head-mask-broadcast",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
]
CHANGES = [
    (
        "attention.py",
        "scores = scores + mask.astype(mx.float32)",
        "scores = scores + mask.reshape(scores.shape).astype(mx.float32)",
    ),
]
