"""How far a result may be from its float64 oracle: by rounding, in units that the oracle states."""

import mlx.core as mx
import numpy as np

DTYPES = (mx.float32, mx.float16, mx.bfloat16)
EPS = {mx.float32: 2.0**-23, mx.float16: 2.0**-10, mx.bfloat16: 2.0**-7}
TINY = {mx.float32: 2.0**-126, mx.float16: 2.0**-24, mx.bfloat16: 2.0**-126}


def values(seed, *shape, dtype=mx.float32, scale=1.0):
    """Return random normal numbers as an array of `dtype`, and exactly the same numbers in float64."""
    array = mx.array(np.random.default_rng(seed).normal(size=shape) * scale).astype(dtype)
    return array, exact(array)


def exact(array):
    """Return an array's numbers in float64."""
    return np.array(array.astype(mx.float32)).astype(np.float64)


def assert_close(got, want, magnitude, dtype, c=4.0, inner=mx.float32):
    """Check dtype, shape and values.

    A value may differ from the oracle by half a unit of its own dtype (the last rounding, allowed twice) and
    by `c` units of the `inner` dtype, in which it was computed, at the magnitude of what was summed up.
    """
    want = np.asarray(want, dtype=np.float64)
    assert got.dtype == dtype
    assert got.shape == want.shape
    error = np.abs(exact(got) - want)
    bound = EPS[dtype] * np.abs(want) + c * EPS[inner] * np.asarray(magnitude) + TINY[dtype]
    assert (error <= bound).all(), f"worst: {np.max(error / bound):.3g} times the bound"
