"""Array methods in place of functions, and mx.eval after every step."""

APPEND = {
    "basics.py": '''def softmax(x: mx.array, axis: int) -> mx.array:
    shifted = x.astype(mx.float32).__sub__(x.astype(mx.float32).max(axis, keepdims=True))
    top = shifted.exp()
    result = (top / top.sum(axis, keepdims=True)).astype(x.dtype)
    mx.eval(result)
    return result


def linear(x, w, bias=None):
    result = mx.matmul(x, w.transpose())
    result = result if bias is None else mx.add(result, bias)
    mx.eval(result)
    return result
''',
}
