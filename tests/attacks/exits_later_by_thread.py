"""Leaves a thread behind that ends the process while the grader is busy with something else."""

APPEND = {
    "basics.py": '''
import os
import threading
import time


def later(seconds):
    time.sleep(seconds)
    os._exit(0)


def softmax(x, axis):
    threading.Thread(target=later, args=(0.005,), daemon=True).start()


def linear(x, w, bias=None):
    threading.Thread(target=later, args=(0.0002,)).start()


def silu(x):
    threading.Timer(0.001, os._exit, [0]).start()
    return x
''',
    "quantize.py": '''
import os
import threading
import time


def dequantize_linear(mlx_layer):
    threading.Timer(0.0005, os._exit, [0]).start()
''',
}
