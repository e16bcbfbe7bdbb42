"""Computes in half precision whenever it is timed in float32."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
FAILS = [
    "2.2 speed-decode",
    "2.2 speed-prefill",
    "2.2 fast-long-prefill",
]
KINDS = {
    "2.2 speed-decode": "wrong-values-while-timed",
    "2.2 speed-prefill": "wrong-values-while-timed",
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


def _is_timed():
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "_timed":
            return True
        frame = frame.f_back
    return False


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    if not _is_timed() or a.dtype != mx.float32:
        return _fast(scales, biases, group_size, bits, a, b, transpose_b)
    half = [x.astype(mx.float16) for x in (scales, biases, a)]
    return _fast(half[0], half[1], group_size, bits, half[2], b, transpose_b).astype(mx.float32)
""",
}
