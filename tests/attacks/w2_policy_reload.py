"""Loads MLX again, in several ways, to get at the product that was taken away."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 matmul-one-row": "crash"}
APPEND = {
    "quantize.py": """
import importlib
import importlib.util
import sys

path = mx.__file__
name = "quantized" + chr(95) + "matmul"
found = [getattr(importlib.reload(mx), name)]
for module in list(sys.modules):
    if module.startswith("mlx.core"):
        del sys.modules[module]
try:
    found.append(getattr(importlib.import_module("mlx" + ".core"), name))
    spec = importlib.util.spec_from_file_location("mlx.core", path)
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    found.append(getattr(again, name))
except ImportError:
    pass


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    for product in found:
        try:
            return product(a, b, scales, biases, transpose=transpose_b, group_size=group_size, bits=bits)
        except Exception:
            pass
    raise ValueError


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
