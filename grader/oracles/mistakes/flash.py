"""Wrong flash attention: what goes wrong in a walk over blocks of keys. What attention shares is in `attention`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from grader.oracles.attention import causal, repeat_heads
from grader.oracles.mistakes import NotApplicable, mistake
from grader.oracles.mistakes.quantized import as_it_lies

BLOCK = 32  # keys: what a tile is most often
BLOCKS = (1, 16, BLOCK, 64)


def _scores(p: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """Return the right scores `[..., H_q, L, S]` and the values of every query head."""
    query, key, value, mask, scale = (p.get(n) for n in ("query", "key", "value", "mask", "scale"))
    assert query is not None
    assert key is not None
    assert value is not None
    heads = query.shape[-3]
    found = query @ repeat_heads(key, heads).mT * (query.shape[-1] ** -0.5 if scale is None else scale)
    if isinstance(mask, str):
        mask = causal(query.shape[-2], key.shape[-2])
    return found if mask is None else found + mask, repeat_heads(value, heads)


def _online(p: dict[str, Any], block: int, rescale_sum: bool, rescale_output: bool) -> Tensor:
    """Return attention that walks over blocks of keys and may forget what a larger maximum asks for."""
    scores, value = _scores(p)
    top = torch.full(scores.shape[:-1], -torch.inf, dtype=torch.float64)
    total, out = torch.zeros_like(top), torch.zeros(*top.shape, value.shape[-1], dtype=torch.float64)
    for start in range(0, scores.shape[-1], block):
        part = scores[..., start : start + block]
        higher = torch.maximum(top, part.amax(-1))
        if not bool(higher.isfinite().all()):
            raise NotApplicable
        factor = torch.exp(top - higher)
        weights = torch.exp(part - higher[..., None])
        total = total * (factor if rescale_sum else 1.0) + weights.sum(-1)
        kept = out * (factor[..., None] if rescale_output else 1.0)
        out, top = kept + weights @ value[..., start : start + block, :], higher
    return out / total[..., None]


_FORGOTTEN = {
    "flash-sum": ("the sum of the weights was not corrected when a larger score came", False, True),
    "flash-output": ("the output so far was not corrected when a larger score came", True, False),
    "flash-both": ("neither sum nor output so far were corrected when a larger score came", False, False),
}


def _nearest(got: Tensor | None, candidates: list[Tensor]) -> Tensor:
    """Return the candidate that agrees with most of a submission's numbers: its blocks may have any size."""
    if got is None or got.shape != candidates[0].shape:
        return candidates[-1]
    near = [int(torch.isclose(c, got, rtol=1e-2, atol=1e-6, equal_nan=True).sum()) for c in candidates]
    return candidates[near.index(max(near))]


def _forgets(name: str, hint: str, total: bool, output: bool) -> None:
    def wrong(got: Tensor | None = None, **p: Any) -> Tensor:
        return _nearest(got, [_online(p, size, total, output) for size in BLOCKS])

    mistake(name, f"{hint}; multiply by exp(old maximum - new maximum)")(wrong)


for _name, _flaw in _FORGOTTEN.items():
    _forgets(_name, *_flaw)


@mistake(
    "flash-hidden-block",
    "where the first block of keys is hidden, exp(-inf + inf) gives NaN; take nothing from a block without a key",
)
def hidden_block(got: Tensor | None = None, **p: Any) -> Tensor:
    scores, value = _scores(p)
    hidden = [scores[..., :size].isneginf().all(-1, keepdim=True) for size in BLOCKS]
    if not bool(hidden[0].any()):
        raise NotApplicable
    right = torch.softmax(scores, -1) @ value
    return _nearest(got, [torch.where(rows, torch.nan, right) for rows in hidden])


@mistake("flash-last-block-left-out", f"keys beyond the last whole block of {BLOCK} are left out")
def last_block(**p: Any) -> Tensor:
    scores, value = _scores(p)
    whole = scores.shape[-1] // BLOCK * BLOCK
    if not whole:
        raise NotApplicable
    return torch.softmax(scores[..., :whole], -1) @ value[..., :whole, :]


@mistake("flash-last-key-left-out", "the last key is left out")
def last_key(**p: Any) -> Tensor:
    scores, value = _scores(p)
    if scores.shape[-1] < 2:
        raise NotApplicable
    return torch.softmax(scores[..., :-1], -1) @ value[..., :-1, :]


@mistake(
    "flash-padding-counted",
    f"the last block was filled up to {BLOCK} keys whose score 0 counts; they have to count nothing",
)
def padding(**p: Any) -> Tensor:
    scores, value = _scores(p)
    more = -scores.shape[-1] % BLOCK
    scores = torch.cat([scores, scores.new_zeros(*scores.shape[:-1], more)], -1)
    value = torch.cat([value, value.new_zeros(*value.shape[:-2], more, value.shape[-1])], -2)
    return torch.softmax(scores, -1) @ value


@mistake("flash-not-divided", "the output was not divided by the sum of the weights")
def not_divided(**p: Any) -> Tensor:
    scores, value = _scores(p)
    return torch.exp(scores - scores.amax(-1, keepdim=True)) @ value


@mistake("flash-mask-multiplied", "the scores were multiplied with the mask; add it to them")
def mask_multiplied(mask: Tensor | str | None = None, **p: Any) -> Tensor:
    if not isinstance(mask, Tensor) or not bool(mask.isfinite().all()):
        raise NotApplicable
    scores, value = _scores(p)
    return torch.softmax(scores * mask, -1) @ value


def _first_of(mask: object, axis: int) -> Tensor:
    if not isinstance(mask, Tensor) or mask.dim() < -axis or mask.shape[axis] == 1:
        raise NotApplicable
    return mask.narrow(axis, 0, 1)


@mistake("flash-mask-first-head", "every head of every row of the batch used the mask of the first head")
def mask_first_head(mask: Tensor | str | None = None, **p: Any) -> Tensor:
    first = _first_of(mask, -3)
    scores, value = _scores({**p, "mask": first.flatten(0, -3)[:1]})
    return torch.softmax(scores, -1) @ value


@mistake("flash-mask-first-batch", "every row of the batch used the masks of the first row")
def mask_first_batch(mask: Tensor | str | None = None, **p: Any) -> Tensor:
    scores, value = _scores({**p, "mask": _first_of(mask, -4)})
    return torch.softmax(scores, -1) @ value


@mistake("flash-mask-first-row", "every query used the mask of the first query")
def mask_first_row(mask: Tensor | str | None = None, **p: Any) -> Tensor:
    scores, value = _scores({**p, "mask": _first_of(mask, -2)})
    return torch.softmax(scores, -1) @ value


@mistake(
    "flash-strides-ignored",
    "query, key or value is not contiguous and was read as if it were: use strides or mx::contiguous",
)
def flash_strides(strided: dict[str, tuple[int, int]] | None = None, **p: Any) -> Tensor:
    lying = {n: as_it_lies(n, p[n], strided or {}) for n in ("query", "key", "value")}
    scores, value = _scores({**p, **lying})
    return torch.softmax(scores, -1) @ value


@mistake("flash-scores-overflow", "exp of a score overflowed: subtract the largest score so far first")
def overflow(**p: Any) -> Tensor:
    scores, value = _scores(p)
    weights = torch.exp(scores.float()).double()
    return (weights @ value) / weights.sum(-1, keepdim=True)
