"""Hides MLX's product in a compiled and vectorised closure that is made when the file is imported."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
def _make(function):
    return mx.compile(lambda *arrays: function(*arrays, group_size=64, bits=4))


_product = _make(mx.quantized_matmul)


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    if a.ndim == 3:
        return mx.vmap(lambda rows: _product(rows, b, scales, biases))(a)
    return _product(a, b, scales, biases)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
