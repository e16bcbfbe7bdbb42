"""The kernels' oracles: by hand, against MLX's own quantized product and attention, and where no key is visible."""

from __future__ import annotations

import math

import mlx.core as mx
import numpy as np
import pytest
import torch
from mlx_side import MAKE, agree, numbers

from grader.oracles import kernels
from grader.oracles.basics import QuantizedLayer
from grader.run.compare import outside, target

WORD = 0x76543210  # the numbers 0 to 7, lowest bits first


def quantized(rows, numbers_in_row, group):
    """Return packed words, scales and biases as MLX arrays and as tensors."""
    words = MAKE.integers(0, 1 << 32, (rows, numbers_in_row // 8), dtype=np.uint32)
    scales, biases = (numbers(rows, numbers_in_row // group) for _ in range(2))
    return (mx.array(words), torch.from_numpy(words.astype(np.int64))), scales, biases


def test_a_word_by_hand():
    """Scale 2 and bias -1 give -1, 1, 3, ... 13; ones sum to 48; magnitudes add 2 q + 1: 64."""
    b = torch.tensor([[WORD]])
    scales, biases = torch.tensor([[2.0]]).double(), torch.tensor([[-1.0]]).double()
    got = kernels.quantized_matmul(scales, biases, 8, torch.ones(1, 8).double(), b, transpose_b=True)
    assert (got.value.item(), got.magnitude.item()) == (48.0, 64.0)
    plain = kernels.quantized_matmul(scales, biases, 8, torch.tensor([[2.0]]).double(), b)
    assert plain.value.tolist() == [[-2.0, 2.0, 6.0, 10.0, 14.0, 18.0, 22.0, 26.0]]


@pytest.mark.parametrize("transposed", [True, False])
@pytest.mark.parametrize("group", [32, 64, 128])
def test_the_product_is_mlx_quantized_matmul(group, transposed):
    """Both orientations, all groups, several rows."""
    (b, b64), (s, s64), (t, t64) = quantized(6 if transposed else 128, 256, group)
    a, a64 = numbers(3, 256 if transposed else 128)
    got = mx.quantized_matmul(a, b, scales=s, biases=t, transpose=transposed, group_size=group, bits=4)
    expected = kernels.quantized_matmul(s64, t64, group, a64, b64, transpose_b=transposed)
    assert agree(expected, got, "quantized-matmul")


def test_a_quantized_layer_adds_its_bias():
    """The product and the bias; the magnitude counts both."""
    (_, b64), (_, s64), (_, t64) = quantized(5, 64, 64)
    _, x64 = numbers(2, 64)
    _, bias64 = numbers(5)
    layer = QuantizedLayer(b64, s64, t64, 64)
    plain, with_bias = kernels.quantized_linear(x64, layer), kernels.quantized_linear(x64, layer, bias64)
    torch.testing.assert_close(with_bias.value, plain.value + bias64)
    torch.testing.assert_close(with_bias.magnitude, plain.magnitude + bias64.abs())


@pytest.mark.parametrize("kind", ["none", "causal", "full", "broadcast", "batch"])
def test_flash_attention_is_mlx_attention(kind):
    """Grouped heads, with every shape of mask."""
    (q, q64), (k, k64), (v, v64) = numbers(2, 4, 3, 32), numbers(2, 2, 7, 32), numbers(2, 2, 7, 32)
    shape = {"full": (2, 4, 3, 7), "broadcast": (3, 7), "batch": (2, 1, 3, 7)}.get(kind, (1,))
    mask, mask64 = numbers(*shape)
    given, given64 = {"none": (None, None), "causal": ("causal", "causal")}.get(kind, (mask, mask64))
    got = mx.fast.scaled_dot_product_attention(q, k, v, scale=32**-0.5, mask=given)
    assert agree(kernels.flash_attention(q64, k64, v64, mask=given64), got, "flash-attention")


@pytest.mark.parametrize("held", [0.0, math.nan, math.inf, 7.0])
def test_a_row_that_sees_no_key_is_not_judged_and_the_others_are(held):
    """Whatever such a row holds is right; a wrong number in another row is wrong."""
    _, q = numbers(1, 1, 3, 8)
    _, kv = numbers(1, 1, 4, 8)
    mask = torch.zeros(3, 4).double()
    mask[1] = -math.inf
    want = target(kernels.flash_attention(q, kv, kv, mask=mask), "float32", "flash-attention")
    got = kernels.flash_attention(q, kv, kv).value.numpy().copy()
    got[0, 0, 1] = held
    assert not outside(got, want.value, want.bound).any()
    got[0, 0, 2, 3] += 1
    assert np.argwhere(outside(got, want.value, want.bound)).tolist() == [[0, 0, 2, 3]]
