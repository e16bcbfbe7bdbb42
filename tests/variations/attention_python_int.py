"""A Python int through mx.rsqrt makes float32 of a half score."""

APPEND = {
    "attention.py": '''def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    factor = mx.rsqrt(query.shape[-1]) if scale is None else scale
    scores = mx.matmul(query, key.swapaxes(-2, -1)) * factor
    if mask is not None:
        scores = scores + mask
    return mx.matmul(softmax(scores, axis=-1), value)
''',
}
