"""Each oracle against MLX's own implementation of the same thing, which shares no line with it."""

from __future__ import annotations

import itertools

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest
import torch
from mlx_side import MAKE, agree, numbers

from grader.oracles import attention, basics, positional


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("size", [1.0, 1e-3, 1e4])
def test_softmax_is_mlx_softmax(axis, size):
    """Over every axis, for small, normal and large numbers."""
    theirs, ours = numbers(3, 4, 5, size=size)
    assert agree(basics.softmax(ours, axis), mx.softmax(theirs, axis=axis), "softmax")


@pytest.mark.parametrize("bias", [False, True])
def test_linear_is_mlx_linear(bias):
    """With MLX's own layer of the same weights."""
    layer = nn.Linear(24, 10, bias=bias)
    weight = torch.from_numpy(np.array(layer.weight).astype(np.float64))
    added = torch.from_numpy(np.array(layer.bias).astype(np.float64)) if bias else None
    theirs, ours = numbers(2, 3, 24)
    assert agree(basics.linear(ours, weight, added), layer(theirs), "linear")


@pytest.mark.parametrize(("low", "high"), [(-4, 4), (-80, 80), (-1e-3, 1e-3)])
def test_silu_is_mlx_silu(low, high):
    """Near zero, in the middle and far out on either side."""
    values = MAKE.uniform(low, high, 500).astype(np.float32)
    expected = basics.silu(torch.from_numpy(values.astype(np.float64)))
    assert agree(expected, nn.silu(mx.array(values)), "silu")


@pytest.mark.parametrize("eps", [1e-6, 1e-5, 0.1])
@pytest.mark.parametrize("size", [1e-3, 1.0, 1e4])
def test_rms_norm_is_mlx_rms_norm(eps, size):
    """Where eps decides and where it vanishes."""
    theirs, ours = numbers(4, 64, size=size)
    w_theirs, w_ours = numbers(64)
    assert agree(basics.rms_norm(64, w_ours, ours, eps), mx.fast.rms_norm(theirs, w_theirs, eps), "rms-norm")


@pytest.mark.parametrize("traditional", [False, True])
@pytest.mark.parametrize("base", [500, 10000, 1000000])
@pytest.mark.parametrize("start", [0, 7, 900])
def test_rope_is_mlx_rope(traditional, base, start):
    """Both pairings, several bases and offsets; MLX wants [B, H, L, D], the course [B, L, H, D]."""
    theirs, ours = numbers(2, 5, 3, 16)
    got = mx.fast.rope(
        theirs.transpose(0, 2, 1, 3), 16, traditional=traditional, base=base, scale=1.0, offset=start
    )
    expected = positional.rope(16, 1024, ours, base, traditional, slice(start, start + 5))
    assert agree(expected, got.transpose(0, 2, 1, 3), "rope")
    if start == 0:
        assert agree(positional.rope(16, 1024, ours, base, traditional), got.transpose(0, 2, 1, 3), "rope")


def test_rope_rows_are_mlx_rope_row_by_row():
    """A list of slices rotates every row of the batch by its own positions."""
    theirs, ours = numbers(3, 4, 2, 8)
    starts = (5, 0, 31)
    rows = [
        mx.fast.rope(
            theirs[i : i + 1].transpose(0, 2, 1, 3), 8, traditional=True, base=10000, scale=1.0, offset=s
        ).transpose(0, 2, 1, 3)
        for i, s in enumerate(starts)
    ]
    expected = positional.rope(8, 64, ours, traditional=True, offset=[slice(s, s + 4) for s in starts])
    assert agree(expected, mx.concatenate(rows), "rope")


@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 4), (4, 2), (6, 3), (4, 1)])
@pytest.mark.parametrize("kind", ["none", "causal", "random", "holes", "broadcast"])
def test_grouped_attention_is_mlx_attention(heads, kv_heads, kind):
    """GQA with no mask, "causal" at the bottom right, a finite mask, one with -inf, and one [L, S]."""
    (q, q64), (k, k64), (v, v64) = (
        numbers(2, heads, 3, 16),
        numbers(2, kv_heads, 7, 16),
        numbers(2, kv_heads, 7, 16),
    )
    shape = (3, 7) if kind == "broadcast" else (2, heads, 3, 7)
    mask, mask64 = numbers(*shape)
    if kind == "holes":
        hidden = MAKE.random(shape) < 0.4
        hidden[..., 2] = False
        mask64 = torch.zeros(shape, dtype=torch.float64).masked_fill(torch.from_numpy(hidden), -torch.inf)
        mask = mx.array(mask64.numpy().astype(np.float32))
    given, given64 = {"none": (None, None), "causal": ("causal", "causal")}.get(kind, (mask, mask64))
    for scale in (16**-0.5, 0.7):
        got = mx.fast.scaled_dot_product_attention(q, k, v, scale=scale, mask=given)
        expected = attention.scaled_dot_product_attention_grouped(q64, k64, v64, scale, given64)
        assert agree(expected, got, "attention")


def test_simple_attention_is_mlx_attention():
    """Equal heads, with the default scale."""
    (q, q64), (k, k64), (v, v64) = (numbers(1, 2, n, 8) for n in (4, 6, 6))
    got = mx.fast.scaled_dot_product_attention(q, k, v, scale=8**-0.5)
    assert agree(attention.scaled_dot_product_attention_simple(q64, k64, v64), got, "attention")


def test_multi_head_is_mlx_multi_head_attention():
    """MLX's own module with the same projections and different query, key and value, masked and not."""
    layer = nn.MultiHeadAttention(24, 3)
    parts = {"q": layer.query_proj, "k": layer.key_proj, "v": layer.value_proj, "o": layer.out_proj}
    weights = {f"w{p}": torch.from_numpy(np.array(m.weight).astype(np.float64)) for p, m in parts.items()}
    pairs = [numbers(2, 5, 24) for _ in range(3)]
    mask, mask64 = numbers(2, 3, 5, 5)
    inputs = dict(zip(("query", "key", "value"), (p[1] for p in pairs), strict=True))
    for given, given64 in ((None, None), (mask, mask64)):
        got = layer(*(p[0] for p in pairs), mask=given)
        expected = attention.multi_head(24, 3, **weights, **inputs, mask=given64)
        assert agree(expected, got, "multi-head")


def test_causal_mask_is_what_mlx_builds():
    """For L = S it hides what nn.MultiHeadAttention.create_additive_causal_mask hides; for L < S its last rows."""
    for length, keys in itertools.product((1, 3, 6), (6,)):
        theirs = np.array(nn.MultiHeadAttention.create_additive_causal_mask(keys)) < -1e3
        ours = attention.causal_mask(length, keys).value
        assert torch.equal(torch.isinf(ours), torch.from_numpy(theirs[keys - length :]))
        assert set(ours.unique().tolist()) <= {0.0, -torch.inf}


@pytest.mark.parametrize("group", [32, 64, 128])
def test_dequantize_is_mlx_dequantize(group):
    """MLX quantizes a random matrix; both sides unpack the same bits."""
    theirs, _ = numbers(6, 256)
    packed, scales, biases = mx.quantize(theirs, group_size=group, bits=4)
    layer = basics.QuantizedLayer(
        torch.from_numpy(np.array(packed).astype(np.int64)),
        torch.from_numpy(np.array(scales).astype(np.float64)),
        torch.from_numpy(np.array(biases).astype(np.float64)),
        group,
    )
    got = mx.dequantize(packed, scales, biases, group_size=group, bits=4)
    assert agree(basics.dequantize_linear(layer), got, "dequantize")


def test_embedding_and_its_head_are_mlx_embedding():
    """Rows exactly; the tied head as MLX's as_linear."""
    layer = nn.Embedding(20, 8)
    weight = torch.from_numpy(np.array(layer.weight).astype(np.float64))
    ids = np.array([[0, 19], [7, 7]])
    theirs, ours = numbers(2, 3, 8)
    rows = basics.embedding(20, 8, weight, torch.from_numpy(ids))
    assert rows.magnitude is None
    assert agree(rows, layer(mx.array(ids)), "exact")
    assert agree(basics.embedding_as_linear(20, 8, weight, ours), layer.as_linear(theirs), "linear")
