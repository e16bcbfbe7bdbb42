"""The output projection has a bias, that of Q."""

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
        ".astype(x.dtype), self.wo)",
        ".astype(x.dtype), self.wo, self.bq)",
    ),
]
