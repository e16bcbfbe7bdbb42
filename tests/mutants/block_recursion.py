"""The block calls itself without end."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
    "1.5.1 dtype",
    "1.5.1 inputs-unchanged",
]
CHANGES = [
    (
        "qwen2_week1.py",
        "return h + self.mlp(self.post_attention_layernorm(h))",
        "return h + self(h, mask)",
    ),
]
