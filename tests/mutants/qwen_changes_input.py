"""Qwen2's attention writes its result into the caller's array."""

FAILS = ["1.3.3 inputs-unchanged"]
CHANGES = [
    (
        "qwen2_week1.py",
        "        return linear(out.swapaxes(1, 2).flatten(2, 3).astype(x.dtype), self.wo)",
        """\
        x[...] = linear(out.swapaxes(1, 2).flatten(2, 3).astype(x.dtype), self.wo)
        return x""",
    ),
]
