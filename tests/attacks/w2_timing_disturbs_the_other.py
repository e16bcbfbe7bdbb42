"""Burns the core in a thread, to slow down the reference in its turn."""

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

import threading


def _burn():
    while True:
        sum(range(10_000))


threading.Thread(target=_burn, daemon=True).start()


def quantized_matmul(*args, **kwargs):
    return _slow(*args, **kwargs) if _is_timed() else _fast(*args, **kwargs)
""",
}
