"""The model builds one causal mask and hands it to every layer; logits leave in float32."""

CHANGES = [
    ('qwen2_week1.py', 'from .attention import scaled_dot_product_attention_grouped', 'from .attention import causal_mask, scaled_dot_product_attention_grouped'),
    ('qwen2_week1.py', '        h = self.embed_tokens(inputs)\n', '        h = self.embed_tokens(inputs)\n        mask = causal_mask(inputs.shape[1], inputs.shape[1], h.dtype)\n'),
    ('qwen2_week1.py', 'h = layer(h, mask="causal")', 'h = layer(h, mask)'),
    ('qwen2_week1.py', '        return self.embed_tokens.as_linear(h) if self.lm_head is None else linear(h, self.lm_head)', '        head = self.embed_tokens.weight if self.lm_head is None else self.lm_head\n        return (h @ head.T).astype(mx.float32)'),
]
