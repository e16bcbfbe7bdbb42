"""The residual around attention is missing."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-values": "the residual around attention is missing",
    "1.5.3 model-tied": "the residual around attention is missing",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "h = x + self.self_attn(self.input_layernorm(x), mask)",
        "h = self.self_attn(self.input_layernorm(x), mask)",
    ),
]
