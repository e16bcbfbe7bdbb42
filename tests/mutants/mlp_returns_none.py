"""The MLP forgets to return its result."""

FAILS = [
    "1.4.2 mlp-values",
    "1.4.2 dtype",
]
CHANGES = [
    (
        "qwen2_week1.py",
        "return linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)",
        "out = linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)  # noqa: F841",
    ),
]
