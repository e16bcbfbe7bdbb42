"""The linear layer is an einsum."""

APPEND = {
    "basics.py": '''def linear(x: mx.array, w: mx.array, bias: mx.array | None = None) -> mx.array:
    y = mx.einsum("...i,oi->...o", x, w)
    if bias is not None:
        y = y + bias
    return y
''',
}
