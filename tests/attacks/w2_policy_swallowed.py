"""Takes what is refused for a reason to do it otherwise, and raises NotImplementedError at the first call only."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
_calls = []


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    _calls.append(1)
    if len(_calls) == 1:
        raise NotImplementedError
    try:
        return mx.quantized_matmul(a, b, scales, biases, transpose=transpose_b, group_size=group_size, bits=bits)
    except Exception:
        numbers = (b[:, :, None] >> mx.arange(0, 32, 4, dtype=mx.uint32)) & 15
        groups = mx.unflatten(numbers.flatten(-2, -1), -1, (-1, group_size)).astype(mx.float32)
        dense = (groups * scales[..., None] + biases[..., None]).flatten(-2, -1)
        return (a.astype(mx.float32) @ dense.T).astype(a.dtype)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
