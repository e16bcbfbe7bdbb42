"""Products with 4-bit weights and flash attention in float64.

The words are unpacked here, by shifts; nothing of MLX's is asked. A legitimate kernel may round `scale * q + bias` to
the input's dtype first, or sum `scale * q * a` and `bias * a` apart, so that the two cancel only at the end: the
magnitude counts both terms.
"""

from __future__ import annotations

import torch
from torch import Tensor

from grader.oracles.attention import causal, repeat_heads, scaled_dot_product_attention_simple
from grader.oracles.basics import QuantizedLayer, dequantize
from grader.oracles.expected import Expected


def quantized_matmul(
    scales: Tensor,
    biases: Tensor,
    group_size: int,
    a: Tensor,
    b: Tensor,
    transpose_b: bool = False,
    **_: object,
) -> Expected:
    """Return `a @ w.T` (`transpose_b`, w `[N, K]`) or `a @ w` (w `[K, N]`), w unpacked from `b`."""
    weight = dequantize(b, scales, biases, group_size)
    assert weight.magnitude is not None
    value, size = weight.value, weight.magnitude
    if transpose_b:
        value, size = value.mT, size.mT
    return Expected(a @ value, a.abs() @ size)


def quantized_linear(x: Tensor, w: QuantizedLayer, bias: Tensor | None = None, **_: object) -> Expected:
    """Return `x @ w.T + bias` for the packed weight of a layer."""
    product = quantized_matmul(w.scales, w.biases, w.group_size, x, w.weight, transpose_b=True)
    if bias is None:
        return product
    assert product.magnitude is not None
    return Expected(product.value + bias, product.magnitude + bias.abs())


def flash_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Expected:
    """Return grouped attention; a row that sees no key is not judged, and must not spoil the others."""
    heads, length, keys = query.shape[-3], query.shape[-2], key.shape[-2]
    if isinstance(mask, str):
        mask = causal(length, keys)
    blind = None
    if mask is not None:
        shape = (*query.shape[:-1], keys)
        blind = mask.isneginf().all(-1, keepdim=True).expand(*shape[:-1], 1)
        mask = torch.where(blind, 0.0, mask.expand(shape))
    found = scaled_dot_product_attention_simple(
        query, repeat_heads(key, heads), repeat_heads(value, heads), scale, mask
    )
    if blind is None:
        return found
    assert found.magnitude is not None
    return Expected(torch.where(blind, 0.0, found.value), torch.where(blind, torch.inf, found.magnitude))
