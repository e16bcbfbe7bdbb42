"""silu is x * mx.sigmoid(x) in the input's dtype."""

APPEND = {
    "basics.py": '''def silu(x: mx.array) -> mx.array:
    return x * mx.sigmoid(x)
''',
}
