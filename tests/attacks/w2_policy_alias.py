"""Delegates to MLX's product, imported under another name."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
from mlx.core import quantized_matmul as product


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    return product(a, b, scales, biases, transpose=transpose_b, group_size=group_size, bits=bits)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
