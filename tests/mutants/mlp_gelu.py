"""GELU stands in for silu."""

FAILS = ["1.4.2 mlp-values"]
HINTS = {
    "1.4.2 mlp-values": "GELU was used in place of silu",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "return linear(silu(linear(x, self.w_gate)) * linear(x, self.w_up), self.w_down)",
        """\
gate = linear(x, self.w_gate).astype(mx.float32)
        gelu = gate * 0.5 * (1 + mx.erf(gate * 0.5**0.5))
        return linear(gelu.astype(x.dtype) * linear(x, self.w_up), self.w_down)""",
    ),
]
