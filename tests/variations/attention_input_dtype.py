"""The simple attention stays in the input's dtype; the Qwen2 layer gives it float32."""

APPEND = {
    "attention.py": '''def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    if scale is None:
        scale = 1.0 / mx.sqrt(query.shape[-1])
        scale = scale.astype(query.dtype)
    scores = mx.matmul(query, mx.swapaxes(key, -2, -1)) * scale
    if mask is not None:
        scores = scores + mask
    return mx.matmul(softmax(scores, axis=-1), value)
''',
}
