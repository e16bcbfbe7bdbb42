"""Qwen2 beside a cache, in float64: the right logits of a step, and a chain that can be made to go wrong.

Right answers come from transformers on the whole sequence, without any cache. The chain below feeds a sequence in
pieces as a submission does; without a flaw it gives the same numbers, with one it gives a mistake's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from grader.oracles.attention import merge_heads, repeat_heads, split_heads
from grader.oracles.expected import Expected, Rounding
from grader.oracles.positional import angles, rotate
from grader.oracles.qwen2 import feed_forward, norm, read_checkpoint
from grader.oracles.qwen2 import logits as whole_logits

EXACT = Rounding()


@dataclass(frozen=True)
class Piece:
    """What one call of the model feeds for one row.

    Attributes:
        ids: the tokens.
        start: the position of the first.
        starts: the positions at which all rows of the call begin, this one's too; free rows say 0.
        padding: how many keys the longest row of the call holds more than this one.
    """

    ids: tuple[int, ...]
    start: int
    starts: tuple[int, ...] = ()
    padding: int = 0


@dataclass(frozen=True)
class Flaw:
    """What a mistaken model does otherwise; the defaults are right.

    Attributes:
        forgets: attention sees only the keys and values of this call.
        query_start, key_start: the position at which a piece's queries, keys begin: "start", "zero", "one-more" or
            "one-less" (where there is a past), "first-row", "longest".
        mask: "causal", "none", "first-call" (none where there is a past), "alone" (none in a batch), or "top-left"
            (row i of a piece sees keys 0 to i).
        sees_padding: the zeros in front of a shorter row count as keys and values.
        one_cache: all layers append to the same cache.
        newest_first: the new keys and values stand in front of the old ones.
    """

    forgets: bool = False
    query_start: str = "start"
    key_start: str = "start"
    mask: str = "causal"
    sees_padding: bool = False
    one_cache: bool = False
    newest_first: bool = False


RIGHT = Flaw()


@lru_cache(maxsize=4096)
def alone(folder: Path, dtype: str, ids: tuple[int, ...]) -> Expected:
    """Return the logits `[L, V]` of a sequence by itself, from transformers' model without a cache."""
    whole = whole_logits(folder, torch.tensor([ids]), dtype)
    assert whole.magnitude is not None
    return Expected(whole.value[0], whole.magnitude[0])


@lru_cache(maxsize=16)
def _weights(folder: Path, dtype: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    return read_checkpoint(folder, dtype)


def _begin(kind: str, piece: Piece) -> int:
    """Return the position at which a flawed model takes a piece to begin."""
    starts = piece.starts or (piece.start,)
    past = piece.start > 0
    where = {
        "start": piece.start,
        "zero": 0,
        "one-more": piece.start + past,
        "one-less": piece.start - past,
        "first-row": starts[0],
        "longest": max(starts),
    }
    return where[kind]


@dataclass
class _Cache:
    """One layer's rotated keys and values `[H, S, D]`."""

    keys: list[Tensor] = field(default_factory=list)
    values: list[Tensor] = field(default_factory=list)

    def append(self, key: Tensor, value: Tensor, flaw: Flaw) -> tuple[Tensor, Tensor]:
        """Return keys and values of everything, the newest at the end."""
        if flaw.forgets:
            return key, value
        place = 0 if flaw.newest_first else len(self.keys)
        self.keys.insert(place, key)
        self.values.insert(place, value)
        return torch.cat(self.keys, -2), torch.cat(self.values, -2)


def _hidden(length: int, keys: int, mask: str) -> Tensor:
    """Return which of `[L, S]` a query may not see."""
    if mask == "none" or (mask == "first-call" and keys > length):
        return torch.zeros(length, keys, dtype=torch.bool)
    aligned = 0 if mask == "top-left" else keys - length
    return torch.ones(length, keys, dtype=torch.bool).triu(aligned + 1)


def _attention(
    x: Tensor, piece: Piece, cache: _Cache, w: dict[str, Tensor], c: dict[str, Any], flaw: Flaw
) -> Tensor:
    """Return one layer's attention for `x [L, E]`, without the output projection's bias, which Qwen2 has not."""
    heads, kv_heads, length = c["num_attention_heads"], c["num_key_value_heads"], x.shape[0]
    head_dim = w["q_proj.weight"].shape[0] // heads

    def projected(name: str, count: int) -> Tensor:
        return split_heads(x @ w[f"{name}.weight"].mT + w[f"{name}.bias"], count)  # [H, L, D]

    def turned(t: Tensor, kind: str) -> Tensor:
        start = _begin(kind, piece)
        where = torch.arange(start, start + length, dtype=torch.float64)
        return rotate(t.transpose(-3, -2), angles(head_dim, c["rope_theta"], where), False).transpose(-3, -2)

    query = turned(projected("q_proj", heads), flaw.query_start)
    key, value = cache.append(
        turned(projected("k_proj", kv_heads), flaw.key_start), projected("v_proj", kv_heads), flaw
    )
    if flaw.sees_padding and piece.padding:
        nothing = torch.zeros(kv_heads, piece.padding, head_dim, dtype=torch.float64)
        key, value = torch.cat([nothing, key], -2), torch.cat([nothing, value], -2)
    scores = query @ repeat_heads(key, heads).mT * head_dim**-0.5
    mask = "none" if flaw.mask == "alone" and len(piece.starts) > 1 else flaw.mask
    scores = scores.masked_fill(_hidden(length, key.shape[-2], mask), -torch.inf)
    return merge_heads(torch.softmax(scores, -1) @ repeat_heads(value, heads)) @ w["o_proj.weight"].mT


def fed_in_pieces(folder: Path, dtype: str, pieces: Sequence[Piece], flaw: Flaw = RIGHT) -> Tensor:
    """Return the logits `[L, V]` of the last of `pieces`, after the others have gone into the caches."""
    c, weights = _weights(folder, dtype)
    count, eps = c["num_hidden_layers"], c["rms_norm_eps"]
    caches = [_Cache()] * count if flaw.one_cache else [_Cache() for _ in range(count)]
    table = weights["model.embed_tokens.weight"]
    h = table
    for piece in pieces:
        h = table[torch.tensor(piece.ids)]
        for i, cache in enumerate(caches):
            stem = f"model.layers.{i}."
            w = {k.removeprefix(f"{stem}self_attn."): v for k, v in weights.items() if k.startswith(stem)}
            x = norm(EXACT, h, w[f"{stem}input_layernorm.weight"], eps)
            h = h + _attention(x, piece, cache, w, c, flaw)
            x = norm(EXACT, h, w[f"{stem}post_attention_layernorm.weight"], eps)
            parts = (w[f"{stem}mlp.{p}_proj.weight"] for p in ("gate", "up", "down"))
            h = h + feed_forward(EXACT, x, *parts)
    head = table if c["tie_word_embeddings"] else weights["lm_head.weight"]
    return norm(EXACT, h, weights["model.norm.weight"], eps) @ head.mT
