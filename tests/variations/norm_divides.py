"""RMSNorm divides by the root of the sum of squares over dim, and answers in float32."""

APPEND = {
    "layer_norm.py": '''class RMSNorm:
    def __init__(self, dim: int, weight: mx.array, eps: float = 1e-5):
        self.dim, self.weight, self.eps = dim, weight, eps

    def __call__(self, x: mx.array) -> mx.array:
        wide = x.astype(mx.float32)
        return self.weight * (wide / mx.sqrt(mx.sum(wide * wide, axis=-1, keepdims=True) / self.dim + self.eps))
''',
}
