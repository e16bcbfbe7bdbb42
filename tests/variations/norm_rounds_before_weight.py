"""RMSNorm rounds to the input's dtype before it multiplies with the weight."""

APPEND = {
    "layer_norm.py": '''class RMSNorm:
    def __init__(self, dim: int, weight: mx.array, eps: float = 1e-5):
        self.dim, self.weight, self.eps = dim, weight, eps

    def __call__(self, x: mx.array) -> mx.array:
        wide = x.astype(mx.float32)
        normed = wide * mx.rsqrt(mx.mean(mx.square(wide), axis=-1, keepdims=True) + self.eps)
        return self.weight * normed.astype(x.dtype)
''',
}
