"""The MLP does not project down."""

FAILS = ["1.4.2 mlp-values"]
CHANGES = [
    (
        "qwen2_week1.py",
        "linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)",
        "silu(linear(x, self.w_gate)) * linear(x, self.w_up)",
    ),
]
