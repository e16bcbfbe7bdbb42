"""Unpacks the whole weight by MLX and multiplies it as a dense matrix."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    dense = mx.dequantize(b, scales, biases, group_size=group_size, bits=bits).astype(a.dtype)
    return a @ (dense.T if transpose_b else dense)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
