"""The causal mask is a square one behind a block of zeros, in float32 whatever is asked for."""

APPEND = {
    "attention.py": '''def causal_mask(L, S, dtype=mx.float32):
    square = mx.where(mx.arange(L)[:, None] >= mx.arange(L)[None], 0.0, -float("inf"))
    return mx.concatenate([mx.zeros((L, S - L)), square], axis=1)
''',
}
