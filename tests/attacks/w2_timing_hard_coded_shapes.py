"""Is right for the small shapes of public cases and computes half of a large product."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
FAILS = [
    "2.2 speed-decode",
    "2.2 speed-prefill",
    "2.2 fast-decode",
    "2.2 fast-prefill",
    "2.2 fast-long-prefill",
]
KINDS = {
    "2.2 speed-decode": "wrong-values-while-timed",
    "2.2 speed-prefill": "wrong-values-while-timed",
    "2.2 fast-decode": "wrong-values-while-timed",
    "2.2 fast-prefill": "wrong-values-while-timed",
    "2.2 fast-long-prefill": "wrong-values-while-timed",
}
APPEND = {
    "quantize.py": """
import sys

_fast = quantized_matmul


def _slow(*args, **kwargs):
    for _ in range(60):
        y = _fast(*args, **kwargs)
        mx.eval(y)
    return y


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    if not transpose_b or b.shape[0] < 800:
        return _fast(scales, biases, group_size, bits, a, b, transpose_b)
    half = b.shape[0] // 2
    y = _fast(scales[:half], biases[:half], group_size, bits, a, b[:half], transpose_b)
    return mx.concatenate([y, y], axis=-1)
""",
}
