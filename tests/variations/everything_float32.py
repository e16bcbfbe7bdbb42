"""All half-precision input is widened at once, and every answer stays in float32."""

CHANGES = [
    ('basics.py', 'return (weights / mx.sum(weights, axis=axis, keepdims=True)).astype(x.dtype)', 'return weights / mx.sum(weights, axis=axis, keepdims=True)'),
    ('basics.py', '    y = x @ w.T\n', '    y = x.astype(mx.float32) @ w.T\n'),
    ('basics.py', '    return (wide * sigmoid).astype(x.dtype)', '    return wide * sigmoid'),
    ('attention.py', 'return (softmax(scores, axis=-1) @ v).astype(query.dtype)', 'return softmax(scores, axis=-1) @ v'),
    ('layer_norm.py', 'return (wide * mx.rsqrt(mean_square + self.eps) * self.weight).astype(x.dtype)', 'return wide * mx.rsqrt(mean_square + self.eps) * self.weight'),
    ('positional_encoding.py', 'return self._rotate(x.astype(mx.float32), mx.cos(angles), mx.sin(angles)).astype(x.dtype)', 'return self._rotate(x.astype(mx.float32), mx.cos(angles), mx.sin(angles))'),
    ('qwen2_week1.py', 'out.swapaxes(1, 2).flatten(2, 3).astype(x.dtype)', 'out.swapaxes(1, 2).flatten(2, 3)'),
]
