"""Both norms are the input norm."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "both norms use the weight of the input norm",
    "1.5.3 model-tied": "both norms use the weight of the input norm",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "return h + self.mlp(self.post_attention_layernorm(h))",
        "return h + self.mlp(self.input_layernorm(h))",
    ),
]
