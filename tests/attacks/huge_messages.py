"""Raises and prints messages of megabytes, of one line, of empty lines, of one character."""

KINDS = {"1.1.1 softmax-values": "error", "1.1.1 attention-values": "error", "1.1.2 linear-values": "error"}
APPEND = {
    "basics.py": '''
def softmax(x, axis):
    raise ValueError("A" * 50_000_000)


def linear(x, w, bias=None):
    print("B" * 3_000_000)
    raise ValueError("\\n" * 1_000_000)


def silu(x):
    raise type("C" * 1_000_000, (Exception,), {})("\\U0001F600" * 1_000_000)
''',
    "attention.py": '''
def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    raise ValueError(*range(100_000), {"key": "v" * 1_000_000})


def causal_mask(L, S, dtype):
    return "D" * 900_000
''',
}
