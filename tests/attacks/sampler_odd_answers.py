"""Makes samplers that answer with arrays of impossible shapes, dtypes and numbers."""

APPEND = {
    "sampler.py": '''
import itertools

import mlx.core as mx

ANSWERS = itertools.cycle([
    mx.array([2**64 - 1], mx.uint64), mx.array([-(2**63)], mx.int64), mx.zeros((1,) * 15, mx.int32), mx.zeros((0,), mx.int32),
    mx.zeros((1, 0, 5), mx.uint8), mx.array([True]), mx.array([1j]), mx.array(float("nan")), -1, 2**63, True, None, "7", (1, 2), slice(1),
])


def make_sampler(temp, top_p=None, top_k=None):
    return lambda logprobs: next(ANSWERS)
''',
}
