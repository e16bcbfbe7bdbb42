"""The norm before the MLP is missing."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "the norm before the MLP is missing",
    "1.5.3 model-tied": "the norm before the MLP is missing",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "return h + self.mlp(self.post_attention_layernorm(h))",
        "return h + self.mlp(h)",
    ),
]
