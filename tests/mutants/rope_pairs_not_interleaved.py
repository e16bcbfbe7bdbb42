"""Traditional RoPE leaves the rotated pairs de-interleaved."""

FAILS = [
    "1.2.1 rope-traditional",
    "1.2.1 rope-base",
]
CHANGES = [
    (
        "positional_encoding.py",
        "mx.stack([a * cos - b * sin, a * sin + b * cos], axis=-1).flatten(-2, -1)",
        "mx.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)",
    ),
]
