"""The older edition of the course: Week 1 layers and the model take a required `offset`."""

CHANGES = [
    ('qwen2_week1.py', 'def __call__(self, x: mx.array, mask: mx.array | str | None = None) -> mx.array:\n        """Let every', 'def __call__(self, x: mx.array, offset: int, mask: mx.array | str | None = None) -> mx.array:\n        """Let every'),
    ('qwen2_week1.py', 'q, k = self.rope(q), self.rope(k)', 'q, k = (self.rope(t, offset=slice(offset, offset + L)) for t in (q, k))'),
    ('qwen2_week1.py', 'def __call__(self, x: mx.array, mask: mx.array | str | None = None) -> mx.array:\n        """Apply the layer.', 'def __call__(self, x: mx.array, offset: int, mask: mx.array | str | None = None) -> mx.array:\n        """Apply the layer.'),
    ('qwen2_week1.py', 'h = x + self.self_attn(self.input_layernorm(x), mask)', 'h = x + self.self_attn(self.input_layernorm(x), offset, mask)'),
    ('qwen2_week1.py', 'def __call__(self, inputs: mx.array) -> mx.array:', 'def __call__(self, inputs: mx.array, offset: int = 0) -> mx.array:'),
    ('qwen2_week1.py', 'h = layer(h, mask="causal")', 'h = layer(h, offset, mask="causal")'),
]
