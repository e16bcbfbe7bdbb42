"""Switches off the worker's evaluation, so that slow results are computed when they are fetched."""

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


worker = sys.modules["submission_worker.values"]
worker._eval = lambda *arrays: None


def quantized_matmul(*args, **kwargs):
    y = _fast(*args, **kwargs)
    for _ in range(59):  # one graph, of which nothing is computed yet
        y = y + 0 * _fast(*args, **kwargs)
    return y
""",
}
