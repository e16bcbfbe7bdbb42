"""Softmax subtracts the maximum and stays in the input's dtype throughout."""

APPEND = {
    "basics.py": '''def softmax(x: mx.array, axis: int) -> mx.array:
    exponentials = mx.exp(x - x.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
''',
}
