"""Answers with the worker's own wire values and with handles of objects that the grader might hold."""

APPEND = {
    "basics.py": '''
import sys

wire = sys.modules["submission_worker.wire"]


def softmax(x, axis):
    return wire.Handle(1, "mlx.core.array")


def linear(x, w, bias=None):
    return wire.Array("float32", (1,), bytes(4))


def silu(x):
    return wire.Dtype("float32")
''',
    "attention.py": '''
def causal_mask(L, S, dtype):
    return slice(0, L), dtype, {"shape": (L, S)}, ...


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    return NotImplemented


def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    return {"a": ["float32", [1]]}
''',
}
