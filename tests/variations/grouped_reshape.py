"""Query, key and value are reshaped into groups and multiplied in the input's dtype."""

APPEND = {
    "attention.py": '''def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    expected = query.shape
    *lead, H_q, L, D = query.shape
    H, S = key.shape[-3], key.shape[-2]
    factor = D**-0.5 if scale is None else scale
    query = query.reshape(*lead, H, H_q // H, L, D)
    key = key.reshape(*lead, H, 1, S, D)
    value = value.reshape(*lead, H, 1, S, D)
    scores = mx.matmul(query, key.swapaxes(-2, -1)) * mx.array(factor, dtype=query.dtype)
    if mask is not None:
        if isinstance(mask, str):
            scores = scores + causal_mask(L, S, scores.dtype)
        else:
            mask = mx.broadcast_to(mask, (*lead, H_q, L, S)).reshape(*lead, H, H_q // H, L, S)
            scores = scores + mask
    return mx.matmul(softmax(scores, axis=-1), value).reshape(expected)
''',
}
