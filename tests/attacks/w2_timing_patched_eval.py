"""Replaces mx.eval by nothing and returns a long graph."""

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
APPEND = {
    "quantize.py": """
import sys

_fast = quantized_matmul


def _slow(*args, **kwargs):
    for _ in range(60):
        y = _fast(*args, **kwargs)
        mx.eval(y)
    return y


mx.eval = mx.async_eval = lambda *arrays: None


def quantized_matmul(*args, **kwargs):
    y = _fast(*args, **kwargs)
    for _ in range(59):
        y = y + 0 * _fast(*args, **kwargs)
    return y
""",
}
