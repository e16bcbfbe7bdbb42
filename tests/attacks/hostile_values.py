"""Returns objects that lie about their class, length, equality, shape and content."""

APPEND = {
    "basics.py": '''
import mlx.core as mx
import numpy as np


class Equal:
    __class__ = mx.array
    shape = (5,)
    dtype = mx.float32
    nbytes = 0
    ndim = 1
    size = 5

    def __eq__(self, other):
        return True

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: False

    def __array__(self, *args, **kwargs):
        return np.zeros(5)

    def __buffer__(self, flags):
        return memoryview(bytes(20))

    def __hash__(self):
        return 0

    def __bool__(self):
        return True

    def __float__(self):
        return float("nan")

    def __len__(self):
        return 1 << 62

    def __iter__(self):
        while True:
            yield self

    def __getattr__(self, name):
        return lambda *a, **k: True

    def __reduce__(self):
        import os

        return os._exit, (0,)

    def __del__(self):
        raise SystemExit(0)


class Listed(list):
    def __iter__(self):
        while True:
            yield 1

    def __len__(self):
        return -1


class Keyed(dict):
    def __iter__(self):
        raise SystemExit

    items = values = keys = __iter__


class Number(float):
    def __eq__(self, other):
        return True


def softmax(x, axis):
    return Equal()


def linear(x, w, bias=None):
    return Listed([Equal(), Keyed({1: Equal()})])


def silu(x):
    return Number("nan")
''',
    "attention.py": '''
import numpy as np

from .basics import Equal, Keyed


class Sub(np.ndarray):
    def __array_finalize__(self, obj):
        pass

    def __eq__(self, other):
        return True

    def tobytes(self, order=None):
        return bytes(1)

    @property
    def shape(self):
        return (1 << 40,)


def causal_mask(L, S, dtype):
    return np.zeros((L, S), np.float32).view(Sub)


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    return np.array([Equal(), object()], dtype=object)


def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    return Keyed({"a": query})
''',
    "layer_norm.py": '''
import numpy as np


class RMSNorm:
    __call__ = None

    def __init__(self, *args):
        pass

    def __getattribute__(self, name):
        raise SystemExit(name)
''',
    "sampler.py": '''
import numpy as np


def make_sampler(temp, top_p=None, top_k=None):
    answers = iter([None, "5", 1 << 63, -1, True, [5], {}, np.zeros((1, 1), "V8"), np.datetime64("now"), float("inf"), 3 + 4j])
    return lambda logprobs: next(answers)
''',
}
