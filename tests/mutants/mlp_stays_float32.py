"""The MLP returns float32 for half-precision inputs."""

FAILS = [
    "1.4.2 dtype",
    "1.5.1 dtype",
]
CHANGES = [
    (
        "qwen2_week1.py",
        "linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)",
        "linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down).astype(mx.float32)",
    ),
]
