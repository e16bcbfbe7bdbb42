"""Returns results that are nested deeply, hold themselves, or have more parts than a reply may."""

APPEND = {
    "basics.py": '''
def softmax(x, axis):
    nested = x
    for _ in range(100_000):
        nested = [nested]
    return nested


def linear(x, w, bias=None):
    own = [x]
    own.append(own)
    return own


def silu(x):
    return [object() for _ in range(120_000)]
''',
    "attention.py": '''
def causal_mask(L, S, dtype):
    return {i: None for i in range(120_000)} if L == S else 1 << 100_000


def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    return "\\ud800", {"\\udfff": [float("nan"), -0.0, float("-inf")]}
''',
}
