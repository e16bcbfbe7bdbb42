"""The query is scaled before the product, in the input's dtype."""

APPEND = {
    "attention.py": '''def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    if scale is None:
        scale = query.shape[-1] ** -0.5
    scores = (query * scale) @ key.swapaxes(-1, -2)
    if mask is not None:
        scores = scores + mask
    return softmax(scores, -1) @ value
''',
}
