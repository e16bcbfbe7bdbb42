"""RoPE's default base is Qwen2's 1000000."""

FAILS = [
    "1.2.1 rope-halves",
    "1.2.1 rope-traditional",
    "1.2.1 rope-default",
]
CHANGES = [
    (
        "positional_encoding.py",
        "base: float = 10000",
        "base: float = 1000000",
    ),
]
