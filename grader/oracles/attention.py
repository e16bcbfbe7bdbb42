"""Scaled dot product attention in float64: equal heads, grouped heads, causal masks, multi-head projections."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from grader.oracles.expected import Expected, Rounding, monte_carlo


def causal_mask(L: int, S: int, **_: object) -> Expected:
    """Return the additive `[L, S]` mask: 0 where row i may see key j (`j <= S - L + i`), -inf elsewhere."""
    return Expected(causal(L, S))


def causal(length: int, keys: int) -> Tensor:
    """Return the additive causal mask aligned at the bottom right."""
    hidden = torch.ones(length, keys, dtype=torch.bool).triu(diagonal=keys - length + 1)
    return torch.zeros(length, keys, dtype=torch.float64).masked_fill(hidden, -math.inf)


def scaled_dot_product_attention_simple(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | None = None,
    **_: object,
) -> Expected:
    """Return `softmax(query @ key.T * scale + mask) @ value` for `[..., L, D]`.

    A score carries an error of eps * |q|@|k| * scale, which softmax turns into a relative error of the weights; so
    an element's error scales with `p @ |v|`, plus the same sum with each weight times its score's magnitude.
    """
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    scores = query @ key.mT * scale
    size = query.abs() @ key.abs().mT * abs(scale)
    if mask is not None:
        scores = scores + mask
        size = size + torch.where(mask.isfinite(), mask, torch.zeros_like(mask)).abs()
    weights = torch.softmax(scores, -1)
    spread = weights * size
    plain = weights @ value.abs()
    magnitude = plain + spread @ value.abs() + spread.sum(-1, keepdim=True) * plain
    return Expected(weights @ value, magnitude)


def repeat_heads(x: Tensor, query_heads: int) -> Tensor:
    """Return `x [..., H, S, D]` with every head repeated: query head h reads head `h // (H_q // H)`."""
    return x.repeat_interleave(query_heads // x.shape[-3], dim=-3)


def scaled_dot_product_attention_grouped(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Expected:
    """Return attention for `query [..., H_q, L, D]`, key and value `[..., H, S, D]`; mask may be "causal"."""
    if isinstance(mask, str):
        mask = causal(query.shape[-2], key.shape[-2])
    heads = query.shape[-3]
    return scaled_dot_product_attention_simple(
        query, repeat_heads(key, heads), repeat_heads(value, heads), scale, mask
    )


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Return `[B, L, heads * D]` as `[B, heads, L, D]`."""
    return x.reshape(*x.shape[:-1], heads, -1).transpose(-3, -2)


def merge_heads(x: Tensor) -> Tensor:
    """Return `[B, heads, L, D]` as `[B, L, heads * D]`."""
    return x.transpose(-3, -2).flatten(-2)


def attend(
    r: Rounding, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scale: float | None = None
) -> Tensor:
    """Return attention with the places marked where an implementation rounds."""
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    scores = r(r.matmul(q, k.mT) * scale)
    if mask is not None:
        scores = torch.where(mask.isfinite(), r(scores + mask), mask)
    return r.matmul(r(torch.softmax(scores, -1)), v)


def multi_head(
    hidden_size: int,
    num_heads: int,
    wq: Tensor,
    wk: Tensor,
    wv: Tensor,
    wo: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    dtype: str = "float32",
    **_: object,
) -> Expected:
    """Return multi-head attention of `[B, L, E]` with projections `[out, in]` and without biases (Vaswani 2017)."""

    def chain(r: Rounding) -> Tensor:
        q, k, v = (
            split_heads(r.matmul(x, w.mT), num_heads) for x, w in ((query, wq), (key, wk), (value, wv))
        )
        return r.matmul(merge_heads(attend(r, q, k, v, mask)), wo.mT)

    return monte_carlo(chain, dtype)
