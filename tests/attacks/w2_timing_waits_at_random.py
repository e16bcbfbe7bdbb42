"""Is slow and sleeps at random, to make its times too uncertain for a verdict."""

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

import random
import time


def quantized_matmul(*args, **kwargs):
    if not _is_timed():
        return _fast(*args, **kwargs)
    time.sleep(random.choice([0.0, 0.0, 0.0, 0.01, 0.05]))
    return _slow(*args, **kwargs)
""",
}
