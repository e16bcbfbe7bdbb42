"""Asks MLX, numpy and the C library for more memory than there is."""

KINDS = {"1.1.1 softmax-values": "memory", "1.1.1 attention-values": "memory"}
APPEND = {
    "basics.py": '''
import mlx.core as mx


def softmax(x, axis):
    return mx.zeros((1 << 20, 1 << 16)) + x.sum()


def linear(x, w, bias=None):
    big = mx.broadcast_to(x.sum(), (1 << 19, 1 << 14))
    return (big @ big.T).sum()


def silu(x):
    return mx.repeat(x, 1 << 30)
''',
    "attention.py": '''
import ctypes

import numpy as np


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    return np.ones(1 << 42)


def causal_mask(L, S, dtype):
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    while libc.malloc(ctypes.c_size_t(1 << 28)):
        pass
    return [0] * (1 << 24)
''',
}
