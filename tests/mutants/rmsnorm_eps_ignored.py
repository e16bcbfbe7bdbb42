"""eps is always 1e-5."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-no-leading-axis",
]
HINTS = {
    "1.4.1 norm-eps": "the eps that is passed in is not used",
}
CHANGES = [
    (
        "layer_norm.py",
        "self.eps = eps",
        "self.eps = 1e-5",
    ),
]
