"""The causal mask is made by Python loops."""

APPEND = {
    "attention.py": '''def causal_mask(L, S, dtype=mx.float32):
    rows = [[0.0 if j <= S - L + i else float("-inf") for j in range(S)] for i in range(L)]
    return mx.array(rows, dtype=dtype)
''',
}
