"""Unpacks the whole weight by shifts and multiplies it by MLX's dense product; the kernel never runs."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    numbers = (b[:, :, None] >> mx.arange(0, 32, 4, dtype=mx.uint32)) & 15
    groups = mx.unflatten(numbers.flatten(-2, -1), -1, (-1, group_size)).astype(mx.float32)
    dense = (groups * scales[..., None] + biases[..., None]).flatten(-2, -1)
    return mx.matmul(a.astype(mx.float32), dense.T if transpose_b else dense).astype(a.dtype)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
