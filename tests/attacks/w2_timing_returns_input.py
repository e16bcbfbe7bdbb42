"""Hands back its input, which has the shape of the result, whenever it is timed."""

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


def _is_timed():
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "_timed":
            return True
        frame = frame.f_back
    return False


def quantized_matmul(*args, **kwargs):
    return args[4] if _is_timed() else _fast(*args, **kwargs)
""",
}
