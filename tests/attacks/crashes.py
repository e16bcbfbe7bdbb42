"""Crashes the process in another way in each function."""

KINDS = {
    "1.1.1 softmax-values": "crash",
    "1.1.1 attention-values": "crash",
    "1.1.2 linear-values": "crash",
    "1.3.2 mask-square": "memory",
    "1.4.2 silu-values": "crash",
    "1.4.1 norm-values": "crash",
    "1.5.2 embedding-rows": "crash",
}
APPEND = {
    "basics.py": '''
import ctypes
import os
import signal
import sys


def softmax(x, axis):
    ctypes.string_at(0)


def linear(x, w, bias=None):
    nested = ()
    for _ in range(3_000_000):
        nested = (nested,)
    return hash(nested)


def silu(x):
    ctypes.CDLL(None).free(ctypes.c_void_p(0x1234))
''',
    "attention.py": '''
import os
import signal


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    signal.signal(signal.SIGSEGV, signal.SIG_IGN)
    os.kill(os.getpid(), signal.SIGILL)


def causal_mask(L, S, dtype):
    os.kill(os.getpid(), signal.SIGKILL)
''',
    "layer_norm.py": '''
import ctypes


class RMSNorm:
    def __init__(self, dim, weight, eps=1e-5):
        pass

    def __call__(self, x):
        return ctypes.CFUNCTYPE(ctypes.c_int)(1)()  # jumps to address 1

''',
    "embedding.py": '''
import ctypes


class Embedding:
    def __init__(self, *args):
        self.args = args

    def __call__(self, ids):
        ctypes.memset(id(self.args) - 64, 255, 4096)
        return self.args
''',
}
