"""Wrong multi-head attention: how heads are split, joined, scaled and projected."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.oracles.attention import merge_heads, split_heads
from grader.oracles.mistakes import mistake


def _compute(
    n: dict[str, object],
    factor: float | None = None,
    use_mask: bool = True,
    project: bool = True,
    split: bool = True,
    merge: bool = True,
) -> Tensor:
    heads, mask = n["num_heads"], n.get("mask")
    assert isinstance(heads, int)
    pairs = [(n["query"], n["wq"]), (n["key"], n["wk"]), (n["value"], n["wv"])]
    projected = [x @ w.mT for x, w in pairs]  # type: ignore[attr-defined]
    if split:
        q, k, v = (split_heads(x, heads) for x in projected)
    else:
        q, k, v = (x.reshape(x.shape[0], heads, x.shape[1], -1) for x in projected)
    scores = q @ k.mT * (q.shape[-1] ** -0.5 if factor is None else factor)
    if use_mask and isinstance(mask, Tensor):
        scores = scores + mask
    out = torch.softmax(scores, -1) @ v
    out = merge_heads(out) if merge else out.reshape(out.shape[0], out.shape[2], -1)
    return out @ n["wo"].mT if project else out  # type: ignore[attr-defined]


@mistake(
    "heads-not-transposed",
    "heads were split by reshape alone; reshape to [B, L, heads, D], then move heads before L",
)
def heads_not_transposed(**n: object) -> Tensor:
    return _compute(n, split=False, merge=False)


@mistake(
    "heads-split-not-transposed",
    "queries, keys and values were reshaped to [B, heads, L, D] without a transpose",
)
def heads_split_not_transposed(**n: object) -> Tensor:
    return _compute(n, split=False)


@mistake("heads-not-merged", "heads were joined by reshape alone; move them behind L before joining")
def heads_not_merged(**n: object) -> Tensor:
    return _compute(n, merge=False)


@mistake("heads-no-output-projection", "the output projection wo is missing")
def heads_no_projection(**n: object) -> Tensor:
    return _compute(n, project=False)


@mistake("heads-mask-ignored", "the mask is ignored; add it to the scores before softmax")
def heads_mask_ignored(**n: object) -> Tensor:
    return _compute(n, use_mask=False)


@mistake(
    "heads-scale-hidden-size", "the scores were scaled by hidden_size ** -0.5; the scale is head_dim ** -0.5"
)
def heads_scale_hidden_size(**n: object) -> Tensor:
    hidden = n["hidden_size"]
    assert isinstance(hidden, int)
    return _compute(n, factor=float(hidden**-0.5))


@mistake("heads-scale-missing", "the scores are not scaled; multiply them with head_dim ** -0.5")
def heads_scale_missing(**n: object) -> Tensor:
    return _compute(n, factor=1.0)


@mistake("heads-single", "the projections were attended as one head; split them into num_heads first")
def heads_single(**n: object) -> Tensor:
    return _compute({**n, "num_heads": 1})


@mistake(
    "heads-query-everywhere",
    "keys and values were computed from query; each projection has an input of its own",
)
def heads_query_everywhere(**n: object) -> Tensor:
    return _compute({**n, "key": n["query"], "value": n["query"]})
