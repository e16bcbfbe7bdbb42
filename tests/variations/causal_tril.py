"""The causal mask comes from mx.tril of ones."""

APPEND = {
    "attention.py": '''def causal_mask(L, S, dtype=mx.float32):
    visible = mx.tril(mx.ones((L, S)), k=S - L)
    return mx.where(visible, mx.array(0), mx.array(-mx.inf)).astype(dtype)
''',
}
