"""Rotary position embedding in float64 (Su et al. 2021)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from grader.oracles.expected import EPS, Expected

Offset = slice | list[slice] | None


def positions(offset: Offset, length: int) -> Tensor:
    """Return the positions `[L]`, or `[B, L]` for a list of slices."""
    if offset is None:
        return torch.arange(length, dtype=torch.float64)
    if isinstance(offset, slice):
        return torch.arange(offset.start, offset.stop, dtype=torch.float64)
    return torch.stack([torch.arange(s.start, s.stop, dtype=torch.float64) for s in offset])


def angles(dims: int, base: float, where: Tensor) -> Tensor:
    """Return `where * base ** (-2 i / dims)` with an axis for heads: `[..., L, 1, dims / 2]`."""
    frequency = base ** (-torch.arange(0, dims, 2, dtype=torch.float64) / dims)
    return (where[..., None] * frequency)[..., None, :]


def rotate(x: Tensor, angle: Tensor, traditional: bool) -> Tensor:
    """Rotate pairs of the last axis: neighbours if `traditional`, otherwise element i with i + dims / 2."""
    first, second = (x[..., 0::2], x[..., 1::2]) if traditional else x.chunk(2, -1)
    real = first * angle.cos() - second * angle.sin()
    imaginary = first * angle.sin() + second * angle.cos()
    if traditional:
        return torch.stack([real, imaginary], -1).flatten(-2)
    return torch.cat([real, imaginary], -1)


def rope(
    dims: int,
    seq_len: int,
    x: Tensor,
    base: float = 10000,
    traditional: bool = False,
    offset: Offset = None,
    dtype: str = "float32",
    **_: object,
) -> Expected:
    """Return `x [B, L, H, D]` rotated by its positions.

    Every implementation computes the angle in float32, whatever the input's dtype. A frequency is a power, in many
    exp(-log(base) * 2 i / D), so the rounding of the exponent counts as often as the exponent is large: the angle's
    error is eps(float32) * angle * (1 + exponent), and moves the result by at most that times the length of the pair.
    """
    exponent = torch.arange(0, dims, 2, dtype=torch.float64) / dims * math.log(base)
    angle = angles(dims, base, positions(offset, x.shape[-3]))
    value = rotate(x, angle, traditional)
    first, second = (x[..., 0::2], x[..., 1::2]) if traditional else x.chunk(2, -1)
    turn = angle.abs() * (1 + exponent) * (EPS["float32"] / EPS[dtype])
    pair = (first.abs() + second.abs()) * (1 + turn)
    magnitude = torch.stack([pair, pair], -1).flatten(-2) if traditional else torch.cat([pair, pair], -1)
    return Expected(value, magnitude)
