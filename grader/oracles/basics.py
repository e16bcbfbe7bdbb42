"""Softmax, linear, silu, embedding, RMSNorm, dequantization in float64, with magnitudes from error analysis."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from grader.oracles.expected import Expected


def softmax(x: Tensor, axis: int, **_: object) -> Expected:
    """Return softmax over `axis`. An error of eps in `x - max` becomes a relative error of eps * |x - max|."""
    value = torch.softmax(x, axis)
    return Expected(value, value * (1 + (x - x.amax(axis, keepdim=True)).abs()))


def linear(x: Tensor, w: Tensor, bias: Tensor | None = None, **_: object) -> Expected:
    """Return `x @ w.T + bias` for `x [..., in]`, `w [out, in]`, `bias [out]`."""
    value, magnitude = x @ w.mT, x.abs() @ w.abs().mT
    if bias is None:
        return Expected(value, magnitude)
    return Expected(value + bias, magnitude + bias.abs())


def silu(x: Tensor, **_: object) -> Expected:
    """Return `x * sigmoid(x)`; a rounding of x before exp is a relative error of eps * |x| where sigmoid decays."""
    value = x * torch.sigmoid(x)
    return Expected(value, value.abs() * (1 + x.abs() * torch.sigmoid(-x)))


def rms_norm(dim: int, weight: Tensor, x: Tensor, eps: float = 1e-5, **_: object) -> Expected:
    """Return `x / sqrt(mean(x**2) + eps) * weight` over the last axis of size `dim` (Zhang and Sennrich 2019)."""
    value = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight
    return Expected(value, value.abs())


def embedding(vocab_size: int, embedding_dim: int, weight: Tensor, ids: Tensor, **_: object) -> Expected:
    """Return the rows of `weight [vocab, dim]` that `ids` name, exactly."""
    return Expected(weight[ids])


def embedding_as_linear(
    vocab_size: int, embedding_dim: int, weight: Tensor, x: Tensor, **_: object
) -> Expected:
    """Return `x @ weight.T`, the tied output head."""
    return linear(x, weight)


def grouped(x: Tensor, size: int) -> Tensor:
    """Return `[..., n]` as `[..., n / size, size]`."""
    return x.reshape(*x.shape[:-1], -1, size)


def unpack_4bit(packed: Tensor) -> Tensor:
    """Return the 4-bit numbers of `packed [..., n]` (uint32 as int64), lowest bits first: `[..., 8 * n]`."""
    shifts = torch.arange(0, 32, 4)
    return ((packed[..., None] >> shifts) & 0xF).flatten(-2)


@dataclass(frozen=True)
class QuantizedLayer:
    """MLX's affine 4-bit format: `weight [out, in / 8]` packed, one scale and bias per group along the input axis."""

    weight: Tensor
    scales: Tensor
    biases: Tensor
    group_size: int


def dequantize_linear(mlx_layer: QuantizedLayer, **_: object) -> Expected:
    """Return the dense weight `[out, in]`."""
    return dequantize(mlx_layer.weight, mlx_layer.scales, mlx_layer.biases, mlx_layer.group_size)


def dequantize(weight: Tensor, scales: Tensor, biases: Tensor, group_size: int) -> Expected:
    """Return `scales * q + biases` per group: MLX's affine 4-bit format, `[out, in]`."""
    q = grouped(unpack_4bit(weight).double(), group_size)
    product = q * scales[..., None]
    return Expected(
        (product + biases[..., None]).flatten(-2),
        (product.abs() + biases[..., None].abs()).flatten(-2),
    )
