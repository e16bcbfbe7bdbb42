"""Guesses: zeros, ones, the input, uniform weights, random numbers, NaN and infinities of the right shape."""

APPEND = {
    "basics.py": '''
import mlx.core as mx


def softmax(x, axis):
    return mx.ones(x.shape, x.dtype) / x.shape[axis]


def linear(x, w, bias=None):
    return mx.zeros((*x.shape[:-1], w.shape[0]), x.dtype)


def silu(x):
    return x * mx.nan
''',
    "attention.py": '''
import mlx.core as mx


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    return mx.random.normal(query.shape).astype(query.dtype)


def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    return query


def causal_mask(L, S, dtype):
    return mx.full((L, S), -mx.inf, dtype)


class SimpleMultiHeadAttention:
    def __init__(self, *args):
        pass

    def __call__(self, query, key, value, mask=None):
        return mx.full(query.shape, mx.inf, query.dtype)
''',
    "positional_encoding.py": '''
class RoPE:
    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, x, offset=None):
        return x
''',
    "layer_norm.py": '''
class RMSNorm:
    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, x):
        return x
''',
    "sampler.py": '''
import mlx.core as mx


def make_sampler(temp, top_p=None, top_k=None):
    return lambda logprobs: mx.random.randint(0, logprobs.shape[-1], (logprobs.shape[0],))
''',
    "generate.py": '''
import mlx.core as mx


def simple_generate(model, tokenizer, prompt, sampler=None):
    ids = tokenizer.encode(prompt)
    for token in range(12):
        ids = ids + [token]
        model(mx.array([ids]))
''',
}
