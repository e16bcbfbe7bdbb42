"""Nothing is widened but what has to be: the norm's mean and the scores of the Qwen2 attention."""

CHANGES = [
    ('qwen2_week1.py', '        return linear(out.swapaxes(1, 2).flatten(2, 3).astype(x.dtype), self.wo)', '        return linear(out.astype(x.dtype).transpose(0, 2, 1, 3).reshape(x.shape), self.wo)'),
]

APPEND = {
    "basics.py": '''def softmax(x: mx.array, axis: int) -> mx.array:
    e = mx.exp(x - mx.max(x, axis=axis, keepdims=True))
    return e / mx.sum(e, axis=axis, keepdims=True)


def silu(x: mx.array) -> mx.array:
    return x * mx.sigmoid(x)
''',
    "attention.py": '''def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    factor = query.shape[-1] ** -0.5 if scale is None else scale
    scores = query @ mx.swapaxes(key, -1, -2) * factor
    scores = scores if mask is None else scores + mask
    return softmax(scores, -1) @ value
''',
    "layer_norm.py": '''class RMSNorm:
    def __init__(self, dim, weight, eps=1e-5):
        self.weight, self.eps = weight, eps

    def __call__(self, x):
        mean = mx.mean(x.astype(mx.float32) ** 2, axis=-1, keepdims=True)
        return (x * mx.rsqrt(mean + self.eps)).astype(x.dtype) * self.weight
''',
}
