"""RoPE returns float32 for half-precision inputs."""

FAILS = ["1.2.1 dtype"]
CHANGES = [
    (
        "positional_encoding.py",
        "mx.sin(angles)).astype(x.dtype)",
        "mx.sin(angles))",
    ),
]
