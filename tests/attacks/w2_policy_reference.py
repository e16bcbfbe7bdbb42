"""Imports the reference under all its names, and the grader."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
import importlib

_found = []
for name in ("reference.quantize", "tiny_llm_ref.quantize", "grader.oracles.kernels", "kernels.build"):
    try:
        _found.append(importlib.import_module(name))
    except ImportError:
        pass


def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    from tiny_llm_ref.quantize import quantized_matmul as theirs

    return theirs(scales, biases, group_size, bits, a, b, transpose_b)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
"""
}
