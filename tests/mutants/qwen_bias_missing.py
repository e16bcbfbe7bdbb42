"""The biases of Q, K and V are not added."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
    "1.3.3 attention-small",
]
HINTS = {
    "1.3.3 attention-values": "the biases of Q",
    "1.5.1 block-values": "the biases of Q",
    "1.5.3 model-tied": "the biases of Q",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "self.bq, self.bk, self.bv = bq, bk, bv",
        "self.bq = self.bk = self.bv = None",
    ),
]
