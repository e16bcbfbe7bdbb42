"""Delegates to MLX's product, whose name no text holds."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
def _name():
    return "".join(chr(c) for c in (113, 117, 97, 110, 116, 105, 122, 101, 100, 95, 109, 97, 116, 109, 117, 108))


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    product = getattr(mx, _name())
    return product(a, b, scales, biases, transpose=transpose_b, group_size=group_size, bits=bits)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
