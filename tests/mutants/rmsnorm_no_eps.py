"""eps is not used."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-default-eps",
    "1.4.1 norm-no-leading-axis",
]
HINTS = {
    "1.4.1 norm-eps": "eps is not used",
}
CHANGES = [
    (
        "layer_norm.py",
        "mean_square + self.eps",
        "mean_square",
    ),
]
