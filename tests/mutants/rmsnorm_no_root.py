"""RMSNorm divides by the mean square."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-default-eps",
    "1.4.1 norm-no-leading-axis",
]
CHANGES = [
    (
        "layer_norm.py",
        "mx.rsqrt(mean_square + self.eps)",
        "(1 / (mean_square + self.eps))",
    ),
]
