"""Attention equals PyTorch in float64 up to rounding: any axes, masks, scales and groups."""

import mlx.core as mx
import numpy as np
import pytest
import torch
from closeness import DTYPES, assert_close, exact, values
from torch.nn.functional import multi_head_attention_forward, scaled_dot_product_attention

from reference.attention import (
    SimpleMultiHeadAttention,
    causal_mask,
    scaled_dot_product_attention_grouped,
    scaled_dot_product_attention_simple,
)

by_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def oracle(q, k, v, mask=None, scale=None):
    """Return attention and the magnitude of its rounding errors: scores of size s are off by s * eps."""
    q, k, v = (torch.tensor(x) for x in (q, k, v))
    groups = q.shape[-3] // k.shape[-3] if q.ndim > 2 else 1
    if groups > 1:
        k, v = (x.repeat_interleave(groups, dim=-3) for x in (k, v))
    mask = None if mask is None else torch.tensor(mask)
    want = scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale)
    spread = scaled_dot_product_attention(q, k, v.abs(), attn_mask=mask, scale=scale)
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    score = (q.abs() @ k.abs().swapaxes(-1, -2) * abs(scale)).amax(-1, keepdim=True)
    return want.numpy(), (spread * (2 + score)).numpy()


def random_mask(seed, *shape):
    """Return numbers to add, a third of them -inf, never a whole row."""
    rng = np.random.default_rng(seed)
    mask = np.where(rng.random(shape) < 0.33, -np.inf, rng.normal(size=shape).astype(np.float32))
    mask[..., 0] = 0.5
    return mask.astype(np.float64)


@by_dtype
@pytest.mark.parametrize("scale", [None, 0, 0.0, 0.37, 2])
@pytest.mark.parametrize("leading", [(), (3,), (2, 3), (2, 1, 3)])
def test_simple_equals_torch(leading, scale, dtype):
    """Any number of leading axes, L != S, and a scale that may be an integer or 0."""
    q, q64 = values(1, *leading, 5, 8, dtype=dtype)
    k, k64 = values(2, *leading, 7, 8, dtype=dtype)
    v, v64 = values(3, *leading, 7, 6, dtype=dtype)
    mask = random_mask(4, 5, 7)
    for m, m64 in ((None, None), (mx.array(mask, dtype=mx.float32), mask)):
        want, magnitude = oracle(q64, k64, v64, m64, scale)
        assert_close(scaled_dot_product_attention_simple(q, k, v, scale, m), want, magnitude, dtype)


def test_simple_equals_mlx():
    """MLX's fused kernel agrees."""
    (q, q64), (k, k64), (v, v64) = (values(s, 2, 4, 5, 16) for s in (1, 2, 3))
    theirs = mx.fast.scaled_dot_product_attention(q, k, v, scale=0.25)
    _, magnitude = oracle(q64, k64, v64)
    assert_close(scaled_dot_product_attention_simple(q, k, v), exact(theirs), magnitude, mx.float32)


def test_scores_beyond_float16_stay_finite():
    """A dot product of 16 * 200 * 200 is ten times what float16 holds; the larger key wins, no NaN."""
    q = mx.full((1, 16), 200.0, dtype=mx.float16)
    k = mx.concatenate([q, q * 0.5])
    v = mx.array([[1.0], [2.0]], dtype=mx.float16)
    assert scaled_dot_product_attention_simple(q, k, v, scale=1.0).item() == 1.0
    assert scaled_dot_product_attention_grouped(q[None], k[None], v[None], scale=1.0).item() == 1.0


@by_dtype
@pytest.mark.parametrize("mask_shape", [None, (5, 7), (4, 5, 7), (2, 1, 5, 7), (1, 7)])
def test_multi_head_equals_torch(mask_shape, dtype):
    """Different query, key and value, four heads, masks that broadcast."""
    E, heads = 32, 4
    (q, q64), (k, k64), (v, v64) = (values(s, 2, n, E, dtype=dtype) for s, n in ((1, 5), (2, 7), (3, 7)))
    weights = [values(s, E, E, dtype=dtype, scale=E**-0.5) for s in (4, 5, 6, 7)]
    mask = None if mask_shape is None else random_mask(8, *mask_shape)
    torch_mask = (
        None if mask is None else torch.tensor(np.broadcast_to(mask, (2, heads, 5, 7)).reshape(8, 5, 7))
    )
    want, _ = multi_head_attention_forward(
        *(torch.tensor(x).swapaxes(0, 1) for x in (q64, k64, v64)),
        E,
        heads,
        *(torch.cat([torch.tensor(w64) for _, w64 in weights[:3]]), None, None, None),
        *(False, 0.0, torch.tensor(weights[3][1]), None),
        need_weights=False,
        attn_mask=torch_mask,
    )
    attention = SimpleMultiHeadAttention(E, heads, *(w for w, _ in weights))
    got = attention(q, k, v, mask=None if mask is None else mx.array(mask, dtype=mx.float32))
    assert_close(got, want.swapaxes(0, 1).numpy(), 8.0, dtype, inner=dtype)


@by_dtype
def test_causal_mask_by_hand(dtype):
    """Aligned at the bottom right: the last query sees everything."""
    no = -np.inf
    for L, S, want in (
        (3, 3, [[0, no, no], [0, 0, no], [0, 0, 0]]),
        (2, 4, [[0, 0, 0, no], [0, 0, 0, 0]]),
        (1, 3, [[0, 0, 0]]),
    ):
        got = causal_mask(L, S, dtype)
        assert got.dtype == dtype
        assert np.array_equal(exact(got), want)


@by_dtype
@pytest.mark.parametrize(("H_q", "H"), [(4, 4), (6, 2), (6, 1)])
@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
def test_grouped_equals_torch(leading, H_q, H, dtype):
    """Query head h reads key/value head h // (H_q // H), without a mask and with the causal one."""
    q, q64 = values(1, *leading, H_q, 3, 8, dtype=dtype)
    k, k64 = values(2, *leading, H, 7, 8, dtype=dtype)
    v, v64 = values(3, *leading, H, 7, 8, dtype=dtype)
    for mask, m64 in ((None, None), ("causal", exact(causal_mask(3, 7, mx.float32)))):
        want, magnitude = oracle(q64, k64, v64, m64, 0.3)
        got = scaled_dot_product_attention_grouped(q, k, v, scale=0.3, mask=mask)
        assert_close(got, want, magnitude, dtype)


@by_dtype
@pytest.mark.parametrize(
    "shape", [(3, 7), (1, 7), (3, 1), (6, 3, 7), (6, 1, 7), (2, 6, 3, 7), (2, 1, 3, 7), (1, 6, 1, 7)]
)
def test_grouped_masks_broadcast(shape, dtype):
    """A mask of any shape that broadcasts to [B, H_q, L, S] reaches the heads that it names."""
    (q, q64), (k, k64), (v, v64) = (
        values(s, 2, h, n, 8, dtype=dtype) for s, h, n in ((1, 6, 3), (2, 2, 7), (3, 2, 7))
    )
    mask = random_mask(4, *shape)
    want, magnitude = oracle(q64, k64, v64, mask)
    got = scaled_dot_product_attention_grouped(q, k, v, mask=mx.array(mask, dtype=mx.float32))
    assert_close(got, want, magnitude, dtype)


def test_grouped_takes_bad_input_for_an_error():
    """Heads that do not divide and an unknown mask raise, and name the value."""
    q, k = mx.zeros((3, 2, 4)), mx.zeros((2, 2, 4))
    with pytest.raises(ValueError, match=r"query heads \(3\) must be a multiple of key/value heads \(2\)"):
        scaled_dot_product_attention_grouped(q, k, k)
    with pytest.raises(ValueError, match="'casual'"):
        scaled_dot_product_attention_grouped(k, k, k, mask="casual")
    with pytest.raises(ValueError, match=r"hidden_size \(10\) must be a multiple of num_heads \(3\)"):
        SimpleMultiHeadAttention(10, 3, *(mx.zeros((10, 10)),) * 4)


def test_arguments_stay_as_they_are():
    """Neither the tensors nor the mask are written to."""
    pairs = [values(s, 2, 3, 4) for s in (1, 2, 3)] + [values(4, 2, 3, 3)]
    q, k, v, mask = (a for a, _ in pairs)
    mx.eval(scaled_dot_product_attention_grouped(q, k, v, mask=mask))
    assert all(np.array_equal(exact(array), before) for array, before in pairs)
