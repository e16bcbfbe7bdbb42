"""A thread looks for placed arguments and computes their results before they are asked for."""

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

import gc
import threading
import time

_ready = {}


def _watch():
    placed = sys.modules["submission_worker.placed"].Placed
    while True:
        for found in [o for o in gc.get_objects() if type(o) is placed]:
            args = getattr(found, "args", None)
            if args and len(args) == 6 and id(args[4]) not in _ready:
                _ready[id(args[4])] = (args[4], _slow(*args, transpose_b=True))
        time.sleep(0)


threading.Thread(target=_watch, daemon=True).start()


def quantized_matmul(*args, **kwargs):
    known = _ready.pop(id(args[4]), None)
    return known[1] if known is not None and known[0] is args[4] else _slow(*args, **kwargs)
""",
}
