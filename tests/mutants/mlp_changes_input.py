"""The MLP writes its result into the caller's array."""

FAILS = ["1.4.2 inputs-unchanged"]
CHANGES = [
    (
        "qwen2_week1.py",
        "return linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)",
        """\
x[...] = linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)
        return x""",
    ),
]
