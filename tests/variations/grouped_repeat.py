"""Key and value heads are copied with mx.repeat."""

APPEND = {
    "attention.py": '''def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    repeats = query.shape[-3] // key.shape[-3]
    if isinstance(mask, str):
        mask = causal_mask(query.shape[-2], key.shape[-2], query.dtype)
    key = mx.repeat(key, repeats, axis=-3)
    value = mx.repeat(value, repeats, axis=-3)
    return scaled_dot_product_attention_simple(query, key, value, scale=scale, mask=mask)
''',
}
