"""Both residuals are missing."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "both residuals are missing",
    "1.5.3 model-tied": "both residuals are missing",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "h = x + self.self_attn(self.input_layernorm(x), mask)",
        "h = self.self_attn(self.input_layernorm(x), mask)",
    ),
    (
        "qwen2_week1.py",
        "return h + self.mlp(self.post_attention_layernorm(h))",
        "return self.mlp(self.post_attention_layernorm(h))",
    ),
]
