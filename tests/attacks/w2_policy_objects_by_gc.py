"""Looks for the product that was taken away among all objects of the process, and in refusals."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {}
APPEND = {
    "quantize.py": """
import gc
import sys

gc.unfreeze()
_named = [o for o in gc.get_objects() if getattr(o, "__name__", "") == "quantized_" + "matmul"]
for module in list(sys.modules.values()):
    for value in list(vars(module).values()) if hasattr(module, "__dict__") else ():
        for cell in getattr(value, "__closure__", None) or ():
            _named.append(cell.cell_contents)


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    for product in _named:
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
