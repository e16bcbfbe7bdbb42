"""ReLU stands in for silu."""

FAILS = ["1.4.2 mlp-values"]
HINTS = {
    "1.4.2 mlp-values": "ReLU was used in place of silu",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)",
        "linear(mx.maximum(linear(x, self.w_gate), 0) * linear(x, self.w_up), self.w_down)",
    ),
]
