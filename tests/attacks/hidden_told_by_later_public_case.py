"""Remembers the inputs of hidden cases and tells them in a public case of a later check, where its words are shown."""

LEAKS = ["EXFIL-7f3a"]
APPEND = {
    "basics.py": '''
import mlx.core as mx

MARK = "-".join(("EXFIL", "7f3a"))
hidden = []


def softmax(x, axis):
    if x.shape in ((5,), (2, 7), (2, 6)):
        return mx.softmax(x, axis=axis)
    hidden.append(x.reshape(-1)[:3].tolist())
    return x
''',
    "attention.py": '''
from .basics import MARK, hidden


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    if hidden:
        raise ValueError(f"{MARK} {hidden[-1]}")
    raise ValueError("nothing to tell")
''',
}
