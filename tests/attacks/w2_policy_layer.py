"""Lets MLX's quantized layer do the product."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
import mlx.nn as nn


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    layer = nn.QuantizedLinear(a.shape[-1], scales.shape[0], bias=False, group_size=group_size, bits=bits)
    layer.weight, layer.scales, layer.biases = b, scales, biases
    return layer(a)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
