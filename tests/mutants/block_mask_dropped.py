"""The block does not pass the mask on."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "the mask is not passed on to attention",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "h = x + self.self_attn(self.input_layernorm(x), mask)",
        "h = x + self.self_attn(self.input_layernorm(x))",
    ),
]
