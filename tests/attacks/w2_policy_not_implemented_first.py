"""Raises NotImplementedError where it is tried, and works without its kernel afterwards."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "not-implemented"}
APPEND = {
    "quantize.py": """
_calls = []


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    _calls.append(1)
    if len(_calls) == 1:
        raise NotImplementedError
    numbers = (b[:, :, None] >> mx.arange(0, 32, 4, dtype=mx.uint32)) & 15
    groups = mx.unflatten(numbers.flatten(-2, -1), -1, (-1, group_size)).astype(mx.float32)
    dense = (groups * scales[..., None] + biases[..., None]).flatten(-2, -1)
    return (a.astype(mx.float32) @ dense.T).astype(a.dtype)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
