"""Softmax is MLX's own, in the input's dtype."""

APPEND = {
    "basics.py": '''def softmax(x: mx.array, axis: int) -> mx.array:
    return mx.softmax(x, axis=axis)
''',
}
