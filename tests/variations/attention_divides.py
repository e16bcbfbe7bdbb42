"""The default divides the scores by sqrt(D), softmax runs in float32 and the weights are rounded."""

APPEND = {
    "attention.py": '''import math


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    scores = query @ key.swapaxes(-1, -2)
    scores = scores / math.sqrt(query.shape[-1]) if scale is None else scores * scale
    if mask is not None:
        scores += mask
    weights = mx.softmax(scores.astype(mx.float32), axis=-1).astype(query.dtype)
    return weights @ value
''',
}
