"""RMSNorm takes the power -0.5 and multiplies the weight into the factor first."""

APPEND = {
    "layer_norm.py": '''class RMSNorm:
    def __init__(self, dim: int, weight: mx.array, eps: float = 1e-5):
        self.dim, self.weight, self.eps = dim, weight, eps

    def __call__(self, x: mx.array) -> mx.array:
        x32 = mx.array(x, dtype=mx.float32)
        factor = mx.power(mx.power(x32, 2).mean(-1, keepdims=True) + self.eps, -0.5) * self.weight.astype(mx.float32)
        return (x32 * factor).astype(x.dtype)
''',
}
