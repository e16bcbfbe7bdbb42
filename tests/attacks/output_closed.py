"""Closes its output, points it at the channel, and replaces the streams by traps."""

APPEND = {
    "basics.py": '''
import os
import sys
import time


def softmax(x, axis):
    os.close(1), os.close(2), os.close(0)
    print("nowhere")


def linear(x, w, bias=None):
    os.dup2(3, 1), os.dup2(3, 2)
    print("GRD1")


class Trap:
    def flush(self):
        raise SystemExit(0)

    def __getattr__(self, name):
        raise KeyboardInterrupt


def silu(x):
    sys.stdout = sys.stderr = Trap()
''',
}
