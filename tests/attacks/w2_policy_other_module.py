"""Puts MLX's product in place of the function, from another file and by the table of modules."""

WEEK = 2
BASE = "reference"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
APPEND = {
    "positional_encoding.py": """
import sys


def _late(name, module):
    def product(scales, biases, group_size, bits, a, b, transpose_b=False):
        return getattr(mx, name)(a, b, scales, biases, transpose=transpose_b, group_size=group_size, bits=bits)

    vars(module)[name] = product


class Watcher:
    def find_spec(self, fullname, path=None, target=None):
        module = sys.modules.get(__name__.rpartition(".")[0] + ".quantize")
        if module is not None and "quantized_linear" in vars(module):
            _late("quantized_matmul", module)


sys.meta_path.insert(0, Watcher())
""",
    "quantize.py": """
from . import positional_encoding

try:
    import nothing_of_this_name
except ImportError:
    pass
""",
}
