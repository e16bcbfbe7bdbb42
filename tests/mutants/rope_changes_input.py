"""RoPE writes its result into the caller's array."""

FAILS = ["1.2.1 inputs-unchanged"]
CHANGES = [
    (
        "positional_encoding.py",
        "return self._rotate(x.astype(mx.float32), mx.cos(angles), mx.sin(angles)).astype(x.dtype)",
        """\
x[...] = self._rotate(x.astype(mx.float32), mx.cos(angles), mx.sin(angles)).astype(x.dtype)
        return x""",
    ),
]
