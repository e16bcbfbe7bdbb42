"""The scale has to be an array: a Python float has no astype."""

FAILS = [
    "1.1.1 attention-scale",
    "1.1.1 attention-scale-zero",
]
CHANGES = [
    (
        "attention.py",
        "scale = query.shape[-1] ** -0.5",
        "scale = mx.array(query.shape[-1] ** -0.5)",
    ),
    (
        "attention.py",
        "(q @ k.swapaxes(-1, -2)) * scale",
        "(q @ k.swapaxes(-1, -2)) * scale.astype(mx.float32)",
    ),
]
