"""Tries to leave the core that it is pinned to, and computes shares in threads."""

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

import os
import threading

for cpus in ({0, 1}, {0}, {1}):
    try:
        os.sched_setaffinity(0, cpus)
    except OSError:
        pass
os.environ["KERNELS_THREADS"] = "8"


def quantized_matmul(*args, **kwargs):
    if not _is_timed():
        return _fast(*args, **kwargs)
    found = []
    threads = [threading.Thread(target=lambda: found.append(_slow(*args, **kwargs))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found[0]
""",
}
