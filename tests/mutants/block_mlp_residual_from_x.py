"""The MLP's residual is the block's input."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "the MLP's residual is the block's input",
    "1.5.3 model-tied": "the MLP's residual is the block's input",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "return h + self.mlp(self.post_attention_layernorm(h))",
        "return x + self.mlp(self.post_attention_layernorm(h))",
    ),
]
