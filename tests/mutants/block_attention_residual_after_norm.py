"""The attention's residual is taken after the norm."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "the attention's residual was taken after the norm",
    "1.5.3 model-tied": "the attention's residual was taken after the norm",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "h = x + self.self_attn(self.input_layernorm(x), mask)",
        """\
normed = self.input_layernorm(x)
        h = normed + self.self_attn(normed, mask)""",
    ),
]
