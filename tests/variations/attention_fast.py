"""Both attentions are mx.fast.scaled_dot_product_attention."""

APPEND = {
    "attention.py": '''def _fast(query, key, value, scale, mask):
    """Call MLX's kernel, which wants exactly four axes."""
    lead = query.shape[:-3]
    if isinstance(mask, mx.array):
        mask = mx.broadcast_to(mask, (*query.shape[:-1], key.shape[-2])).astype(query.dtype)
        mask = mask.reshape(-1, *mask.shape[-3:])
    q, k, v = (t.reshape(-1, *t.shape[-3:]) for t in (query, key, value))
    out = mx.fast.scaled_dot_product_attention(q, k, v, scale=scale, mask=mask)
    return out.reshape(*lead, *out.shape[-3:])


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    lead = query.shape[:-2]
    if mask is not None:
        mask = mx.broadcast_to(mask, (*lead, query.shape[-2], key.shape[-2]))
        mask = mask.reshape(-1, 1, *mask.shape[-2:])
    q, k, v = (t.reshape(-1, 1, *t.shape[-2:]) for t in (query, key, value))
    return _fast(q, k, v, scale, mask).reshape(*lead, *query.shape[-2:])


def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    return _fast(query, key, value, query.shape[-1] ** -0.5 if scale is None else scale, mask)
''',
}
