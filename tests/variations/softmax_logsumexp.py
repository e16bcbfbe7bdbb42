"""Softmax is exp(x - logsumexp(x)) in float32."""

APPEND = {
    "basics.py": '''def softmax(x: mx.array, axis: int) -> mx.array:
    wide = x.astype(mx.float32)
    shifted = wide - mx.max(wide, axis=axis, keepdims=True)
    return mx.exp(shifted - mx.logsumexp(shifted, axis=axis, keepdims=True)).astype(x.dtype)
''',
}
