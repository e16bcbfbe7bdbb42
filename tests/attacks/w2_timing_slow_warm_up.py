"""Is very slow at first, so that a number of calls or a base chosen by it comes out wrong."""

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
    "2.2 speed-decode": "too-slow",
    "2.2 speed-prefill": "too-slow",
    "2.2 fast-decode": "too-slow",
    "2.2 fast-prefill": "too-slow",
    "2.2 fast-long-prefill": "too-slow",
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

import time

_calls = 0


def quantized_matmul(*args, **kwargs):
    global _calls
    _calls += 1
    if _is_timed() and _calls < 40:
        time.sleep(0.1)
    return _slow(*args, **kwargs) if _is_timed() else _fast(*args, **kwargs)
""",
}
