"""The block always passes "causal" on."""

FAILS = ["1.5.1 block-mask"]
CHANGES = [
    (
        "qwen2_week1.py",
        "h = x + self.self_attn(self.input_layernorm(x), mask)",
        'h = x + self.self_attn(self.input_layernorm(x), "causal")',
    ),
]
