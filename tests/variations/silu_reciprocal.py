"""silu is x times the reciprocal of 1 + exp(-x), each step rounded."""

APPEND = {
    "basics.py": '''def silu(x: mx.array) -> mx.array:
    sigmoid = 1.0 / (1.0 + mx.exp(-x))
    return x * sigmoid
''',
}
