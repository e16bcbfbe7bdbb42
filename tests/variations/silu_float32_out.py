"""silu computes x * sigmoid(x) in float32 and does not round back."""

APPEND = {
    "basics.py": '''def silu(x: mx.array) -> mx.array:
    x = x.astype(mx.float32)
    return x * mx.sigmoid(x)
''',
}
