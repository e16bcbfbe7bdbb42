"""eps is added outside the root."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-default-eps",
    "1.4.1 norm-no-leading-axis",
]
HINTS = {
    "1.4.1 norm-eps": "eps was added outside the root",
}
CHANGES = [
    (
        "layer_norm.py",
        "wide * mx.rsqrt(mean_square + self.eps) * self.weight",
        "wide / (mx.sqrt(mean_square) + self.eps) * self.weight",
    ),
]
