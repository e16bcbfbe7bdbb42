"""The two norms are swapped."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "the weights of the two norms are swapped",
    "1.5.3 model-tied": "the weights of the two norms are swapped",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "h = x + self.self_attn(self.input_layernorm(x), mask)",
        "h = x + self.self_attn(self.post_attention_layernorm(x), mask)",
    ),
    (
        "qwen2_week1.py",
        "return h + self.mlp(self.post_attention_layernorm(h))",
        "return h + self.mlp(self.input_layernorm(h))",
    ),
]
