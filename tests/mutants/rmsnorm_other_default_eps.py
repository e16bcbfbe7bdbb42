"""The default of eps is 1e-6."""

FAILS = ["1.4.1 norm-default-eps"]
CHANGES = [
    (
        "layer_norm.py",
        "eps: float = 1e-5",
        "eps: float = 1e-6",
    ),
]
