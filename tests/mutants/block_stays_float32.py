"""The block returns float32 for half-precision inputs."""

FAILS = ["1.5.1 dtype"]
CHANGES = [
    (
        "qwen2_week1.py",
        "return h + self.mlp(self.post_attention_layernorm(h))",
        "return h.astype(mx.float32) + self.mlp(self.post_attention_layernorm(h))",
    ),
]
