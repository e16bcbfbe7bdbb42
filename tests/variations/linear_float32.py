"""The linear layer computes and answers in float32."""

APPEND = {
    "basics.py": '''def linear(x: mx.array, w: mx.array, bias: mx.array | None = None) -> mx.array:
    y = x.astype(mx.float32) @ w.astype(mx.float32).T
    return y if bias is None else y + bias.astype(mx.float32)
''',
}
