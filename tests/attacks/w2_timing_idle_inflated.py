"""Burns time in idle conversations, so that more is taken off the real ones."""

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


worker = sys.modules["submission_worker.values"].Objects
_evaluate = worker.evaluate


def _burn(self, live):
    frame = sys._getframe(1)
    if frame.f_locals.get("idle") is not None:
        x = mx.ones((120, 120))
        for _ in range(4):
            x = x @ x * 1e-3
        mx.synchronize()
        _evaluate(self, x)
    _evaluate(self, live)


worker.evaluate = _burn


def quantized_matmul(*args, **kwargs):
    return _slow(*args, **kwargs) if _is_timed() else _fast(*args, **kwargs)
""",
}
