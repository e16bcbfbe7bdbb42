"""Returns lazy arrays that cost nothing until the grader looks: huge, impossible, endless to evaluate."""

KINDS = {"1.1.1 softmax-values": "memory", "1.4.2 silu-values": "wrong-shape"}
APPEND = {
    "basics.py": '''
import mlx.core as mx


def softmax(x, axis):
    return mx.broadcast_to(x.sum(), (1 << 15, 1 << 15))


def linear(x, w, bias=None):
    y = mx.ones((64, 64))
    for _ in range(200_000):
        y = mx.sin(y) + y
    return y


def silu(x):
    return mx.zeros((0, 1_000_000_000))
''',
    "attention.py": '''
import mlx.core as mx


def causal_mask(L, S, dtype):
    return mx.zeros((1, 0, 3, 2_000_000_000, 0, 1))


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    return [mx.broadcast_to(query.sum(), (1 << 25,)) for _ in range(40)]


def scaled_dot_product_attention_grouped(query, key, value, scale=None, mask=None):
    return mx.zeros((1,) * 40)
''',
}
