"""Small packages as text, and what they are found to do; nothing of them runs."""

from __future__ import annotations

from grader.policy import python
from grader.policy.rules import Forbids, Found, Name, Pair

FORBIDS = Forbids(
    reached_from=("quantize.quantized_linear",),
    names=(
        Name("mlx.core.quantized_matmul", "MLX does the work"),
        Name("mlx.nn.QuantizedLinear", "MLX does the work"),
        Name("torch", "torch does the work"),
        Name("numpy.matmul", "numpy does the work", certain=False),
        Name("reference", "it is the reference", anywhere=True),
    ),
    pairs=(Pair(("mlx.core.dequantize",), ("@", "mlx.core.matmul"), "a dense product"),),
    scores="all scores at once",
)


def look(*, package: str = "student", forbids: Forbids = FORBIDS, **files: str) -> list[Found]:
    """Return the findings in a package of which `quantize="..."` is the text of quantize.py."""
    texts = {f"{package}/{name}.py": written_out(text).encode() for name, text in files.items()}
    return python.look(texts, package, "quantize.quantized_matmul", forbids)


def certain(**files: str) -> list[tuple[str, int, str]]:
    """Return (file, line, name) of each certain finding."""
    return [(f.file.partition("/")[2], f.line, f.name) for f in look(**files) if f.certain]


def doubtful(**files: str) -> list[tuple[int, str]]:
    """Return (line, name) of each doubtful finding."""
    return [(f.line, f.name) for f in look(**files) if not f.certain]


def written_out(text: str) -> str:
    """Return the text with its abbreviations written out."""
    for short, long in (("MX", "import mlx.core as mx"), ("DEF", "def quantized_matmul(*a):")):
        text = text.replace(short, long)
    return text.replace("QMM", "mx.quantized_matmul")


# MX is "import mlx.core as mx", DEF "def quantized_matmul(*a):", QMM "mx.quantized_matmul"
DISGUISES = {
    "directly": "MX\nDEF return QMM(*a)",
    "imported under another name": "from mlx.core import quantized_matmul as q\nDEF return q(*a)",
    "another name for the module": "import mlx.core\nm = mlx.core\nDEF return m.quantized_matmul(*a)",
    "a variable of the module": "MX\nf = QMM\nDEF return f(*a)",
    "a variable of the function": "MX\nDEF\n m = mx; return m.quantized_matmul(*a)",
    "nothing but another name": "MX\nquantized_matmul = QMM",
    "everything imported": "from mlx.core import *\ndef quantized_linear(*a): return quantized_matmul(*a)",
    "imported inside": "DEF\n from mlx.core import quantized_matmul as q; return q(*a)",
    "getattr": "MX\nDEF return getattr(mx, 'quantized_matmul')(*a)",
    "getattr, put together": "MX\nDEF return getattr(mx, 'quant' f'ized_' + 'matmul')(*a)",
    "vars": "MX\nDEF return vars(mx)['quantized_matmul'](*a)",
    "__dict__": "MX\nDEF return mx.__dict__['quantized_matmul'](*a)",
    "sys.modules": "import sys\nDEF return sys.modules['mlx.core'].quantized_matmul(*a)",
    "importlib": "from importlib import import_module as i\nDEF return i('mlx.core').quantized_matmul(*a)",
    "__import__": "DEF return __import__('mlx.core').core.quantized_matmul(*a)",
    "through a layer's module": "import mlx.nn as nn\nDEF return nn.layers.quantized.QMM(*a)",
    "compiled": "MX\nquantized_matmul = mx.compile(lambda *a: QMM(*a))",
    "mapped": "MX\nDEF return mx.vmap(QMM)(*a)",
    "partial": "import functools, mlx.core as mx\nf = functools.partial(QMM)\nDEF return f(*a)",
    "a decorator": "MX\ndef d(f): return QMM\n@d\nDEF ...",
    "a default": "MX\ndef quantized_matmul(*a, f=QMM): return f(*a)",
    "a method of a class": "MX\nclass C:\n def go(self, *a): return QMM(*a)\nDEF return C().go(*a)",
    "a class above": "MX\nclass B:\n f = QMM\nclass C(B): ...\nDEF return C.f(*a)",
    "put in later": "MX\nDEF ...\nglobals()['quantized_matmul'] = QMM",
    "in a dictionary": "MX\nT = {'q': QMM}\nDEF return T['q'](*a)",
    "in a pair": "MX\nf, g = QMM, 1\nDEF return f(*a)",
    "in one branch": "MX\nif mx:\n def h(*a): return QMM(*a)\nelse:\n def h(*a): ...\nDEF return h(*a)",
    "walrus": "MX\nDEF return (m := mx).quantized_matmul(*a)",
    "in another encoding": "# coding: utf-7\nMX\nDEF return mx.quantized_+AG0-atmul(*a)",
}  # fmt: skip


HONEST = {
    "a kernel of the same name": "from kernels import quantized_matmul as kernel\nDEF return kernel(*a)",
    "its own function": "from mlx.core import quantized_matmul\nDEF\n from kernels import f; return f(*a)",
    "another task's helper": "MX\ndef by_mlx(*a): return QMM(*a)\nDEF ...",
    "an unused import": "import torch\nimport numpy as np\nfrom mlx.core import quantized_matmul as q\nDEF ...",
    "an annotation": "import mlx.nn as nn\nQ = nn.QuantizedLinear\ndef quantized_matmul(w: Q) -> Q:\n x: Q = w",
    "isinstance": "import mlx.nn as nn\ndef quantized_matmul(w): return isinstance(w, nn.QuantizedLinear)",
    "for type checkers": "import typing\nDEF\n if typing.TYPE_CHECKING:\n  import torch; torch.matmul",
    "a replaced definition": "MX\nDEF return QMM(*a)\nDEF ...",
    "dequantize alone in a helper": "MX\ndef dequantize_linear(w): return mx.dequantize(w) @ w\nDEF ...",
    "a parameter named mx": "def quantized_matmul(mx): return QMM()",
    "a string": "DEF\n '''as QMM does'''",
}  # fmt: skip
