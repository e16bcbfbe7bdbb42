"""softmax, linear and silu equal PyTorch in float64 up to rounding, in every dtype."""

import math

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
import torch
from closeness import DTYPES, assert_close, exact, values

from reference.basics import linear, silu, softmax

by_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def test_softmax_by_hand():
    """exp(0) : exp(log 3) is 1 : 3, and a score of -inf weighs nothing."""
    got = softmax(mx.array([[0.0, math.log(3.0), -mx.inf]]), axis=-1)
    assert_close(got, [[0.25, 0.75, 0.0]], 1.0, mx.float32, c=1)
    assert got[0, 2].item() == 0.0


@by_dtype
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize(("shape", "axis"), [((7,), 0), ((3, 5), 0), ((2, 3, 5), -2), ((2, 1, 3, 8), -1)])
def test_softmax_equals_torch(shape, axis, scale, dtype):
    """Any axis of any shape, up to scores whose exp overflows, to half a unit of the result."""
    x, x64 = values(1, *shape, dtype=dtype, scale=scale)
    want = torch.softmax(torch.tensor(x64), dim=axis).numpy()
    assert_close(softmax(x, axis), want, (1 + np.abs(np.log(want + 1e-300))) * want, dtype)


def test_softmax_leaves_other_rows_alone():
    """A row of -inf has no answer; the row beside it keeps its own."""
    got = softmax(mx.array([[-mx.inf, -mx.inf], [0.0, 0.0]]), axis=-1)
    assert np.array_equal(np.array(got[1]), [0.5, 0.5])


@by_dtype
def test_linear_is_exact_on_small_integers(dtype):
    """x @ w.T + bias, computed by hand."""
    x = mx.array([[1, 2], [3, 4]], dtype=dtype)
    w = mx.array([[1, 0], [0, 1], [1, -1]], dtype=dtype)
    got = linear(x, w, mx.array([10, 20, 30], dtype=dtype))
    assert got.dtype == dtype
    assert np.array_equal(exact(got), [[11, 22, 29], [13, 24, 29]])
    assert np.array_equal(exact(linear(x, w)), [[1, 2, -1], [3, 4, -1]])


@by_dtype
@pytest.mark.parametrize("leading", [(), (3,), (2, 3), (2, 1, 3)])
def test_linear_equals_torch(leading, dtype):
    """Any number of leading axes, with a bias."""
    (x, x64), (w, w64) = values(2, *leading, 48, dtype=dtype), values(3, 20, 48, dtype=dtype)
    b, b64 = values(4, 20, dtype=dtype)
    want = x64 @ w64.T + b64
    assert_close(linear(x, w, b), want, np.abs(x64) @ np.abs(w64.T) + np.abs(b64), dtype, inner=dtype)


@by_dtype
def test_silu_equals_torch(dtype):
    """From far below zero, where it must neither cancel nor overflow, to far above."""
    x = mx.concatenate([mx.linspace(-120, 120, 961), mx.array([-6e4, -1e3, -1e-3, 1e-3, 6e4])]).astype(dtype)
    x64 = exact(x)
    want = torch.nn.functional.silu(torch.tensor(x64)).numpy()
    # exp below the normal numbers of float32 is 0: then the result is off by that much, times x.
    underflow = np.abs(x64) * 2.0**-126 / (4 * 2.0**-23)
    assert_close(silu(x), want, (1 + np.abs(x64)) * np.abs(want) + underflow, dtype)


def test_silu_equals_mlx():
    """MLX's own layer agrees."""
    x, _ = values(5, 100, scale=4.0)
    assert_close(silu(x), exact(nn.silu(x)), np.abs(exact(x)), mx.float32)


def test_arguments_stay_as_they_are():
    """No function writes into what it was given."""
    (x, x64), (w, w64) = values(6, 4, 4), values(7, 4, 4)
    mx.eval(softmax(x, -1), linear(x, w, w[0]), silu(x))
    assert np.array_equal(exact(x), x64)
    assert np.array_equal(exact(w), w64)
