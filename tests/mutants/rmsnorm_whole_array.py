"""RMSNorm takes the mean over the whole array."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-default-eps",
]
CHANGES = [
    (
        "layer_norm.py",
        "mx.square(wide), axis=-1, keepdims=True",
        "mx.square(wide), keepdims=True",
    ),
]
