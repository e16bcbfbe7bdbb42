"""The causal mask is the upper triangle of a matrix of -inf."""

APPEND = {
    "attention.py": '''def causal_mask(L, S, dtype=mx.float32):
    return mx.triu(mx.full((L, S), -mx.inf, dtype=dtype), k=S - L + 1)
''',
}
