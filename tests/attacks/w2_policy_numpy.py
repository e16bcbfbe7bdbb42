"""Multiplies by numpy; the kernel is called, and its answer thrown away."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
import numpy as np

_kernel = quantized_matmul


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    try:
        mx.eval(_kernel(scales, biases, group_size, bits, a, b, transpose_b))
    except Exception:
        pass
    words = np.array(b)
    numbers = ((words[:, :, None] >> np.arange(0, 32, 4, dtype=np.uint32)) & 15).reshape(len(words), -1, group_size)
    s, z = (np.array(x.astype(mx.float32))[..., None] for x in (scales, biases))
    dense = (numbers.astype(np.float32) * s + z).reshape(len(words), -1)
    return mx.array(np.array(a.astype(mx.float32)) @ (dense.T if transpose_b else dense)).astype(a.dtype)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
