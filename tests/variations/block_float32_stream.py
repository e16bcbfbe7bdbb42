"""The residual stream runs in float32; only the result has the input's dtype."""

CHANGES = [
    ('qwen2_week1.py', '        h = x + self.self_attn(self.input_layernorm(x), mask)\n        return h + self.mlp(self.post_attention_layernorm(h))', '        wide = x.astype(mx.float32)\n        h = wide + self.self_attn(self.input_layernorm(wide), mask)\n        return (h + self.mlp(self.post_attention_layernorm(h))).astype(x.dtype)'),
]
