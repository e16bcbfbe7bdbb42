"""silu is x / (1 + exp(-x)) in the input's dtype."""

APPEND = {
    "basics.py": '''def silu(x: mx.array) -> mx.array:
    return x / (1 + mx.exp(-x))
''',
}
