"""Raises exceptions whose text, name, arguments and traceback are traps."""

KINDS = {"1.1.1 softmax-values": "error", "1.4.2 silu-values": "error", "1.1.2 linear-values": "error"}
APPEND = {
    "basics.py": '''
import sys


class Raises(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__


class Exits(Exception):
    def __str__(self):
        sys.exit(0)


class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit(0)

    def __getattribute__(cls, name):
        raise KeyboardInterrupt

    def __instancecheck__(cls, other):
        return True

    def __str__(cls):
        raise SystemExit(1)


class Twisted(Exception, metaclass=Meta):
    def __getattribute__(self, name):
        raise GeneratorExit(name)


class Text(str):
    def __getitem__(self, key):
        return self

    def encode(self, *_):
        return self

    def __len__(self):
        return 1 << 60


class Sliced(Exception):
    def __str__(self):
        return Text("x" * 5000)


def softmax(x, axis):
    if x.ndim == 1:
        raise Raises
    raise Sliced


def linear(x, w, bias=None):
    raise Twisted


def silu(x):
    raise ExceptionGroup("many", [ValueError(i) for i in range(1000)]) if sys.version_info >= (3, 11) else Raises


sys.excepthook = None
''',
    "attention.py": '''
from .basics import Exits


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    raise Exits


def causal_mask(L, S, dtype):
    error = ModuleNotFoundError("x", name=type("N", (str,), {"__getitem__": lambda *_: 1 / 0})("torch"))
    error.__cause__ = error
    error.__context__ = error
    raise error
''',
    "layer_norm.py": '''
class RMSNorm:
    def __init__(self, *args):
        error = SyntaxError("x", ("../../../etc/passwd", 10**9, 5, "text"))
        error.lineno = "\\x1b[2J"
        raise error
''',
}
