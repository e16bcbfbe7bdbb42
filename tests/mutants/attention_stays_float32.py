"""Attention returns float32 for half-precision inputs."""

FAILS = [
    "1.1.1 dtype",
    "1.3.1 dtype",
]
CHANGES = [
    (
        "attention.py",
        "(softmax(scores, axis=-1) @ v).astype(query.dtype)",
        "softmax(scores, axis=-1) @ v",
    ),
]
