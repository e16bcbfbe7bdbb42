"""Stops every clock of its process."""

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

import os
import time

for name in ("perf_counter", "monotonic", "time", "process_time", "thread_time"):
    setattr(time, name, lambda: 0.0)
    setattr(time, name + "_ns", lambda: 0)
time.clock_gettime = lambda *a: 0.0
time.clock_gettime_ns = lambda *a: 0
os.times = lambda: (0, 0, 0, 0, 0)


def quantized_matmul(*args, **kwargs):
    return _slow(*args, **kwargs) if _is_timed() else _fast(*args, **kwargs)
""",
}
