"""Grouped attention returns float32 for half-precision inputs."""

FAILS = ["1.3.1 dtype"]
CHANGES = [
    (
        "attention.py",
        "return out.flatten(-4, -3)",
        "return out.flatten(-4, -3).astype(mx.float32)",
    ),
]
