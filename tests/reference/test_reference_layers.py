"""RMSNorm, Embedding and dequantize_linear equal PyTorch, MLX or arithmetic by hand."""

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
import torch
from closeness import DTYPES, assert_close, exact, values

from reference.embedding import Embedding
from reference.layer_norm import RMSNorm
from reference.quantize import dequantize_linear

by_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def test_rms_norm_by_hand():
    """The mean square of (3, 4) with eps 3.5 is 16, its root 4; zeros stay zeros."""
    norm = RMSNorm(2, mx.array([1.0, 2.0]), eps=3.5)
    assert np.array_equal(np.array(norm(mx.array([[3.0, 4.0], [0.0, 0.0]]))), [[0.75, 2.0], [0.0, 0.0]])


@by_dtype
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize("shape", [(64,), (3, 64), (2, 3, 64)])
def test_rms_norm_equals_torch(shape, scale, dtype):
    """From inputs near the root of eps to squares that overflow float16, to half a unit of the result."""
    (x, x64), (w, w64) = values(1, *shape, dtype=dtype, scale=scale), values(2, 64, dtype=dtype)
    want = torch.nn.functional.rms_norm(torch.tensor(x64), (64,), torch.tensor(w64), eps=1e-5).numpy()
    assert_close(RMSNorm(64, w)(x), want, np.abs(want), dtype)


def test_rms_norm_equals_mlx():
    """mx.fast.rms_norm agrees, with another eps."""
    (x, x64), (w, _) = values(3, 4, 32), values(4, 32)
    theirs = exact(mx.fast.rms_norm(x, w, 1e-2))
    assert_close(RMSNorm(32, w, eps=1e-2)(x), theirs, np.abs(theirs), mx.float32)
    assert np.array_equal(exact(x), x64)


@by_dtype
def test_embedding_looks_up_rows(dtype):
    """ids of any shape give rows, bit for bit."""
    w, w64 = values(5, 10, 4, dtype=dtype)
    embedding = Embedding(10, 4, w)
    for ids in ([3], [[0, 9], [3, 3]], 7):
        got = embedding(mx.array(ids))
        assert got.dtype == dtype
        assert np.array_equal(exact(got), w64[ids])


@by_dtype
def test_embedding_as_linear_scores_every_row(dtype):
    """[..., E] becomes [..., V], by the same table."""
    (w, w64), (x, x64) = values(6, 10, 4, dtype=dtype), values(7, 2, 3, 4, dtype=dtype)
    got = Embedding(10, 4, w).as_linear(x)
    assert_close(got, x64 @ w64.T, np.abs(x64) @ np.abs(w64.T), dtype, inner=dtype)


def test_weights_of_the_wrong_shape_raise():
    """The shape that was given and the one that is needed are both named."""
    with pytest.raises(ValueError, match=r"\(4, 10\), must be \(10, 4\)"):
        Embedding(10, 4, mx.zeros((4, 10)))
    with pytest.raises(ValueError, match=r"\(3,\), must be \(4,\)"):
        RMSNorm(4, mx.zeros((3,)))


@by_dtype
@pytest.mark.parametrize(("group_size", "bits"), [(32, 4), (64, 4), (128, 4), (64, 8)])
@pytest.mark.parametrize("kind", [nn.Linear, nn.Embedding])
def test_dequantize_unpacks_by_hand(kind, group_size, bits, dtype):
    """Each uint32 holds 32 / bits numbers, lowest first; a number is scale * q + bias of its group."""
    dense = kind(256, 12) if kind is nn.Linear else kind(12, 256)
    dense.set_dtype(dtype)
    layer = dense.to_quantized(group_size=group_size, bits=bits)
    packed = np.array(layer.weight)
    q = (packed[..., None] >> np.arange(0, 32, bits, dtype=np.uint32)) & (2**bits - 1)
    q = q.reshape(12, 256 // group_size, group_size)
    scales, biases = exact(layer.scales)[..., None], exact(layer.biases)[..., None]
    want = (scales * q + biases).reshape(12, 256)
    magnitude = (np.abs(scales * q) + np.abs(biases)).reshape(12, 256)
    assert_close(dequantize_linear(layer), want, magnitude, dtype, c=1, inner=dtype)


def test_dequantize_returns_a_plain_weight():
    """A layer without scales has a dense weight already."""
    layer = nn.Linear(8, 4)
    assert dequantize_linear(layer) is layer.weight
