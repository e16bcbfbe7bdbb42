"""Softmax is MLX's own with precise=True."""

APPEND = {
    "basics.py": '''def softmax(x: mx.array, axis: int) -> mx.array:
    return mx.softmax(x, axis=axis, precise=True)
''',
}
