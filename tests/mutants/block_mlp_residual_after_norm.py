"""The MLP's residual is taken after the norm."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "the MLP's residual was taken after the norm",
    "1.5.3 model-tied": "the MLP's residual was taken after the norm",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "return h + self.mlp(self.post_attention_layernorm(h))",
        """\
normed = self.post_attention_layernorm(h)
        return normed + self.mlp(normed)""",
    ),
]
