"""Wrong rotary position embeddings."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.oracles.mistakes import NotApplicable, mistake
from grader.oracles.positional import Offset, angles, positions, rotate


@mistake(
    "rope-adjacent", "adjacent pairs were rotated; with traditional=False rotate element i with i + D / 2"
)
def rope_adjacent(dims: int, x: Tensor, base: float = 10000, offset: Offset = None, **_: object) -> Tensor:
    return rotate(x, angles(dims, base, positions(offset, x.shape[-3])), traditional=True)


@mistake("rope-halves", "halves were rotated; with traditional=True rotate adjacent pairs (2i, 2i + 1)")
def rope_halves(dims: int, x: Tensor, base: float = 10000, offset: Offset = None, **_: object) -> Tensor:
    return rotate(x, angles(dims, base, positions(offset, x.shape[-3])), traditional=False)


@mistake("rope-base-ignored", "the base that is passed in is ignored; these numbers come from 10000")
def rope_base_ignored(
    dims: int, x: Tensor, traditional: bool = False, offset: Offset = None, **_: object
) -> Tensor:
    return rotate(x, angles(dims, 10000, positions(offset, x.shape[-3])), traditional)


@mistake("rope-offset-ignored", "the offset is ignored; the positions start at 0")
def rope_offset_ignored(
    dims: int, x: Tensor, base: float = 10000, traditional: bool = False, **_: object
) -> Tensor:
    return rotate(x, angles(dims, base, positions(None, x.shape[-3])), traditional)


@mistake("rope-offset-one-more", "every position is one too large")
def rope_offset_one_more(
    dims: int, x: Tensor, base: float = 10000, traditional: bool = False, offset: Offset = None, **_: object
) -> Tensor:
    return rotate(x, angles(dims, base, positions(offset, x.shape[-3]) + 1), traditional)


@mistake("rope-offset-one-less", "every position is one too small")
def rope_offset_one_less(
    dims: int, x: Tensor, base: float = 10000, traditional: bool = False, offset: Offset = None, **_: object
) -> Tensor:
    return rotate(x, angles(dims, base, positions(offset, x.shape[-3]) - 1), traditional)


@mistake(
    "rope-first-offset-only", "every row was rotated by the first row's offset; use one slice per batch row"
)
def rope_first_offset_only(
    dims: int, x: Tensor, base: float = 10000, traditional: bool = False, offset: Offset = None, **_: object
) -> Tensor:
    if not isinstance(offset, list):
        raise NotApplicable
    return rotate(x, angles(dims, base, positions(offset[0], x.shape[-3])), traditional)


@mistake("rope-backwards", "the pairs were rotated backwards; check the sign of the sine")
def rope_backwards(
    dims: int, x: Tensor, base: float = 10000, traditional: bool = False, offset: Offset = None, **_: object
) -> Tensor:
    return rotate(x, -angles(dims, base, positions(offset, x.shape[-3])), traditional)


@mistake(
    "rope-exponent", "the frequency of pair i is base ** (-2 i / D); these numbers come from base ** (-i / D)"
)
def rope_exponent(
    dims: int, x: Tensor, base: float = 10000, traditional: bool = False, offset: Offset = None, **_: object
) -> Tensor:
    return rotate(x, angles(dims, base**0.5, positions(offset, x.shape[-3])), traditional)


@mistake(
    "rope-over-heads", "the positions run over the head axis; x is [B, L, H, D], so they run over axis 1"
)
def rope_over_heads(
    dims: int, x: Tensor, base: float = 10000, traditional: bool = False, offset: Offset = None, **_: object
) -> Tensor:
    if isinstance(offset, list):
        raise NotApplicable
    start = 0 if offset is None else offset.start
    where = torch.arange(start, start + x.shape[-2], dtype=torch.float64)
    angle = angles(dims, base, where)[:, 0, :]
    return rotate(x, angle, traditional)
