"""RMSNorm takes no eps."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-no-leading-axis",
]
CHANGES = [
    (
        "layer_norm.py",
        "weight: mx.array, eps: float = 1e-5",
        "weight: mx.array",
    ),
    (
        "layer_norm.py",
        "self.eps = eps",
        "self.eps = 1e-5",
    ),
]
