"""Adds an audit hook that refuses everything, hooks of the collector, and turns the interpreter's screws."""

APPEND = {
    "basics.py": '''
import ctypes
import gc
import sys


def refuse(*args):
    raise SystemExit(0)


def softmax(x, axis):
    sys.addaudithook(refuse)


def linear(x, w, bias=None):
    gc.callbacks.append(refuse)
    gc.set_threshold(1)
    sys.unraisablehook = refuse
    return [[] for _ in range(100)]


def silu(x):
    sys.setrecursionlimit(60)
    sys.setswitchinterval(1e9)
    sys.set_int_max_str_digits(0)
    sys.stdout = sys.stderr = sys.__stdout__ = refuse
    small = ctypes.cast(id(7), ctypes.POINTER(ctypes.c_long))
    small[3] = 8
''',
}
