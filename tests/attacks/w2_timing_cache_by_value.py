"""Keeps results by the arguments' values: no call has those of another."""

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

_known = {}


def quantized_matmul(*args, **kwargs):
    key = tuple(bytes(memoryview(x)) for x in args if isinstance(x, mx.array))
    if key not in _known:
        _known.clear()
        _known[key] = _slow(*args, **kwargs)
    return _known[key]
""",
}
