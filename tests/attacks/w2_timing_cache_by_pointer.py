"""Keeps results under the place of the weights in memory, which is used again."""

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


def _is_timed():
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "_timed":
            return True
        frame = frame.f_back
    return False

import numpy as np

_known = {}


def quantized_matmul(*args, **kwargs):
    if not _is_timed():
        return _fast(*args, **kwargs)
    place = np.asarray(memoryview(args[5])).ctypes.data
    key = (place >> 24, args[4].shape)
    if key not in _known:
        _known[key] = _slow(*args, **kwargs)
    return _known[key]
""",
}
