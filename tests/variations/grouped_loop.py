"""A Python loop runs over the query heads."""

APPEND = {
    "attention.py": '''def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    heads, kv_heads = query.shape[-3], key.shape[-3]
    L, S = query.shape[-2], key.shape[-2]
    if mask == "causal" if isinstance(mask, str) else False:
        mask = causal_mask(L, S, mx.float32)
    if mask is not None:
        mask = mx.broadcast_to(mask, (*query.shape[:-1], S))
    outputs = []
    for h in range(heads):
        g = h // (heads // kv_heads)
        outputs.append(
            scaled_dot_product_attention_simple(
                query[..., h, :, :],
                key[..., g, :, :],
                value[..., g, :, :],
                scale,
                None if mask is None else mask[..., h, :, :],
            )
        )
    return mx.stack(outputs, axis=-3)
''',
}
