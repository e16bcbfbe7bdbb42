"""Ends the process in another way in each function."""

KINDS = {
    "1.1.1 softmax-values": "exit",
    "1.1.1 attention-values": "exit",
    "1.1.2 linear-values": "exit",
    "1.2.1 rope-halves": "crash",
    "1.3.2 mask-square": "error",
    "1.4.1 norm-values": "error",
    "1.4.2 silu-values": "error",
    "1.5.2 embedding-rows": "exit",
    "1.7 greedy": "exit",
}
APPEND = {
    "basics.py": '''
import os
import sys


class Quiet(SystemExit):
    pass


def softmax(x, axis):
    os._exit(0)


def linear(x, w, bias=None):
    raise Quiet("100 of 100 points")


def silu(x):
    raise KeyboardInterrupt
''',
    "attention.py": '''
import sys


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    sys.exit(0)


def causal_mask(L, S, dtype):
    raise GeneratorExit
''',
    "positional_encoding.py": '''
import os


class RoPE:
    def __init__(self, *args, **kwargs):
        os.abort()
''',
    "layer_norm.py": '''
class Unusual(BaseException):
    pass


class RMSNorm:
    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, x):
        raise Unusual("not an Exception")
''',
    "embedding.py": '''
import ctypes


class Embedding:
    def __init__(self, *args, **kwargs):
        ctypes.CDLL(None).exit(0)
''',
    "sampler.py": '''
import ctypes


def make_sampler(temp, top_p=None, top_k=None):
    ctypes.CDLL(None).syscall(ctypes.c_long(231), ctypes.c_long(0))
''',
}
