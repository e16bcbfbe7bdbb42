"""Wrong attention and wrong causal masks."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from grader.oracles.attention import causal, repeat_heads
from grader.oracles.mistakes import NotApplicable, mistake


def _additive(mask: Tensor | str | None, query: Tensor, key: Tensor) -> Tensor | float:
    if mask is None:
        return 0.0
    return causal(query.shape[-2], key.shape[-2]) if isinstance(mask, str) else mask


def _heads(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Return key and value as the right implementation reads them; equal heads stay as they are."""
    if query.dim() < 3 or query.shape[-3] == key.shape[-3]:
        return key, value
    return repeat_heads(key, query.shape[-3]), repeat_heads(value, query.shape[-3])


def _default(query: Tensor, scale: float | None) -> float:
    return float(query.shape[-1] ** -0.5 if scale is None else scale)


def _attend(query: Tensor, key: Tensor, value: Tensor, factor: float, mask: Tensor | str | None) -> Tensor:
    key, value = _heads(query, key, value)
    return torch.softmax(query @ key.mT * factor + _additive(mask, query, key), -1) @ value


@mistake("scale-inverted", "the scores were divided by scale; multiply them with it (default D ** -0.5)")
def scale_inverted(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    factor = _default(query, scale)
    if factor == 0:
        raise NotApplicable
    return _attend(query, key, value, 1 / factor, mask)


@mistake("scale-ignored", "the scale that is passed in is ignored; these numbers come from D ** -0.5")
def scale_ignored(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | str | None = None, **_: object
) -> Tensor:
    return _attend(query, key, value, _default(query, None), mask)


@mistake("scale-zero-lost", "scale = 0 was taken for 'not given'; test it with `is None`")
def scale_zero_lost(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    return _attend(query, key, value, _default(query, scale or None), mask)


@mistake("scale-missing", "the scores are not scaled; the default is D ** -0.5")
def scale_missing(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | str | None = None, **_: object
) -> Tensor:
    return _attend(query, key, value, 1.0, mask)


@mistake(
    "scale-multiplied-with-default", "scale was multiplied with D ** -0.5; a given scale replaces the default"
)
def scale_both(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    given = 1.0 if scale is None else scale
    return _attend(query, key, value, given * _default(query, None), mask)


@mistake("mask-ignored", "the mask is ignored; add it to the scores before softmax")
def mask_ignored(
    query: Tensor, key: Tensor, value: Tensor, scale: float | None = None, **_: object
) -> Tensor:
    return _attend(query, key, value, _default(query, scale), None)


@mistake("mask-causal-ignored", 'mask="causal" is ignored; build the causal mask and add it to the scores')
def mask_causal_ignored(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    return _attend(query, key, value, _default(query, scale), None if isinstance(mask, str) else mask)


@mistake("mask-subtracted", "the mask was subtracted; add it to the scores")
def mask_subtracted(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    additive = _additive(mask, query, key)
    if isinstance(additive, float):
        raise NotApplicable
    return _attend(query, key, value, _default(query, scale), -additive)


@mistake("mask-before-scale", "the mask was added before scaling; scale the scores first, then add the mask")
def mask_before_scale(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    factor = _default(query, scale)
    additive = _additive(mask, query, key)
    if isinstance(additive, float) or factor == 0:
        raise NotApplicable
    return _attend(query, key, value, factor, additive * factor)


@mistake(
    "softmax-over-queries",
    "softmax ran over the query axis; it has to run over the keys, the last axis of the scores",
)
def softmax_over_queries(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    key, value = _heads(query, key, value)
    scores = query @ key.mT * _default(query, scale) + _additive(mask, query, key)
    return torch.softmax(scores, -2) @ value


@mistake("softmax-missing", "the scores were multiplied with value without softmax")
def softmax_missing(
    query: Tensor, key: Tensor, value: Tensor, scale: float | None = None, **_: object
) -> Tensor:
    key, value = _heads(query, key, value)
    return query @ key.mT * _default(query, scale) @ value


def tile_heads(x: Tensor, query_heads: int) -> Tensor:
    """Return `x [..., H, S, D]` with the list of heads repeated as a whole."""
    return torch.cat([x] * (query_heads // x.shape[-3]), dim=-3)


@mistake("kv-heads-tiled", "KV heads were tiled; query head h reads KV head h // (H_q // H)")
def kv_heads_tiled(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    heads = query.shape[-3]
    return _attend(query, tile_heads(key, heads), tile_heads(value, heads), _default(query, scale), mask)


@mistake("kv-head-zero", "every query head read KV head 0; query head h reads KV head h // (H_q // H)")
def kv_head_zero(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    first = [x[..., :1, :, :].expand(*x.shape[:-3], query.shape[-3], *x.shape[-2:]) for x in (key, value)]
    return _attend(query, first[0], first[1], _default(query, scale), mask)


def causal_top_left(length: int, keys: int) -> Tensor:
    """Return the causal mask aligned at the top left: row i sees keys 0 to i."""
    hidden = torch.ones(length, keys, dtype=torch.bool).triu(1)
    return torch.zeros(length, keys, dtype=torch.float64).masked_fill(hidden, -math.inf)


@mistake(
    "causal-top-left",
    "the causal mask is aligned at the top left; with L < S row i sees the keys 0 to S - L + i",
)
def attention_top_left(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: object,
) -> Tensor:
    if not isinstance(mask, str):
        raise NotApplicable
    wrong = causal_top_left(query.shape[-2], key.shape[-2])
    return _attend(query, key, value, _default(query, scale), wrong)


@mistake(
    "mask-top-left", "the mask is aligned at the top left; with L < S row i sees the keys 0 to S - L + i"
)
def mask_top_left(L: int, S: int, **_: object) -> Tensor:
    return causal_top_left(L, S)


def _hide(hidden: Tensor, low: float = -math.inf) -> Tensor:
    return torch.zeros(hidden.shape, dtype=torch.float64).masked_fill(hidden, low)


@mistake("mask-strict", "the diagonal is masked too; a token has to see itself")
def mask_strict(L: int, S: int, **_: object) -> Tensor:
    return _hide(torch.ones(L, S, dtype=torch.bool).triu(S - L))


@mistake("mask-one-ahead", "every row sees one key too many, its own successor")
def mask_one_ahead(L: int, S: int, **_: object) -> Tensor:
    return _hide(torch.ones(L, S, dtype=torch.bool).triu(S - L + 2))


@mistake("mask-inverted", "the mask is inverted: the visible keys are -inf and the hidden ones 0")
def mask_inverted(L: int, S: int, **_: object) -> Tensor:
    return _hide(~torch.ones(L, S, dtype=torch.bool).triu(S - L + 1))


@mistake("mask-zero-one", "the mask holds 1 for visible and 0 for hidden; it has to be additive: 0 and -inf")
def mask_zero_one(L: int, S: int, **_: object) -> Tensor:
    return torch.ones(L, S, dtype=torch.float64).tril(S - L)


@mistake("mask-finite", "hidden keys hold a large negative number; use -inf")
def mask_finite(L: int, S: int, got: Tensor, **_: object) -> Tensor:
    hidden = torch.ones(L, S, dtype=torch.bool).triu(S - L + 1)
    if not bool(hidden.any()) or got.shape != hidden.shape:
        raise NotApplicable
    low = float(got[hidden][0])
    if not math.isfinite(low) or low > -1e3:
        raise NotApplicable
    return _hide(hidden, low)
