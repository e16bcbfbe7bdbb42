"""RMSNorm rounds the root to the input's dtype and goes on there."""

APPEND = {
    "layer_norm.py": '''class RMSNorm:
    def __init__(self, dim: int, weight: mx.array, eps: float = 1e-5):
        self.dim, self.weight, self.eps = dim, weight, eps

    def __call__(self, x: mx.array) -> mx.array:
        mean = x.astype(mx.float32).square().mean(axis=-1, keepdims=True)
        return x * mx.rsqrt(mean + self.eps).astype(x.dtype) * self.weight
''',
}
