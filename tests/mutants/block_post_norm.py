"""The norms run after the residuals."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "the norms run after the residuals (post-norm)",
    "1.5.3 model-tied": "the norms run after the residuals (post-norm)",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "h = x + self.self_attn(self.input_layernorm(x), mask)",
        "h = self.input_layernorm(x + self.self_attn(x, mask))",
    ),
    (
        "qwen2_week1.py",
        "return h + self.mlp(self.post_attention_layernorm(h))",
        "return self.post_attention_layernorm(h + self.mlp(h))",
    ),
]
