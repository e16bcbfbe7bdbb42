"""The up projection is not used."""

FAILS = ["1.4.2 mlp-values"]
HINTS = {
    "1.4.2 mlp-values": "the up projection is not used",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)",
        "linear(silu(linear(x, self.w_gate)), self.w_down)",
    ),
]
