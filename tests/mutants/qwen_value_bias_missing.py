"""The bias of V is not added."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
    "1.3.3 attention-small",
]
CHANGES = [
    (
        "qwen2_week1.py",
        "linear(x, self.wv, self.bv)",
        "linear(x, self.wv)",
    ),
]
