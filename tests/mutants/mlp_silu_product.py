"""silu runs over the product."""

FAILS = ["1.4.2 mlp-values"]
HINTS = {
    "1.4.2 mlp-values": "silu ran over the product",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)",
        "linear(silu(linear(x, self.w_gate) * linear(x, self.w_up)), self.w_down)",
    ),
]
