"""Floods the output by print, by the descriptors, from threads, and at import."""

KINDS = {"1.1.1 softmax-values": "output", "1.1.2 linear-values": "output", "1.4.1 norm-values": "output"}
APPEND = {
    "__init__.py": "from . import layer_norm",
    "basics.py": '''
import os
import threading


def softmax(x, axis):
    while True:
        print("x" * 10_000)


def linear(x, w, bias=None):
    while True:
        os.write(2, b"\\x1b[31m" * 10_000)


def flood():
    while True:
        os.write(1, b"y" * 60_000)


def silu(x):
    for _ in range(8):
        threading.Thread(target=flood, daemon=True).start()
''',
    "layer_norm.py": '''
import sys

while True:
    sys.stderr.write("z" * 100_000)
''',
}
