"""Wrong ways to serve Qwen2 beside a cache: positions, masks, padding.

Every mistake takes the pieces that each row of a batch has been fed; the last of them is the call that is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from grader.oracles.cached import Flaw, Piece, fed_in_pieces
from grader.oracles.mistakes import NotApplicable, mistake

Rows = Sequence[Sequence[Piece]]

_CACHE = {
    "cache-forgotten": (
        Flaw(forgets=True),
        "attention sees only the tokens of this call: use the keys and values that update_and_fetch returns",
    ),
    "cache-offset-zero": (
        Flaw(query_start="zero", key_start="zero"),
        "every call is rotated as if it began at position 0: pass the offset on to RoPE",
    ),
    "cache-query-offset-zero": (
        Flaw(query_start="zero"),
        "the queries are rotated as if every call began at position 0; they need the offset as the keys do",
    ),
    "cache-key-offset-zero": (
        Flaw(key_start="zero"),
        "the keys are rotated as if every call began at position 0; they need the offset as the queries do",
    ),
    "cache-offset-one-more": (
        Flaw(query_start="one-more", key_start="one-more"),
        "positions after the first call are one too large: the first new token has position offset",
    ),
    "cache-offset-one-less": (
        Flaw(query_start="one-less", key_start="one-less"),
        "positions after the first call are one too small: the first new token has position offset",
    ),
    "cache-mask-dropped": (
        Flaw(mask="none"),
        "no causal mask: a token sees those that are fed after it in the same call",
    ),
    "cache-mask-first-call": (
        Flaw(mask="first-call"),
        "only the first call has a causal mask; a later call that feeds several tokens needs one too",
    ),
    "cache-mask-top-left": (
        Flaw(mask="top-left"),
        "the causal mask is aligned at the top left; row i of L sees keys 0 to S - L + i",
    ),
    "cache-shared": (
        Flaw(one_cache=True),
        "all layers write into one cache; layer i has cache[i]",
    ),
    "cache-newest-first": (
        Flaw(newest_first=True),
        "new keys and values stand in front of the old ones; append them behind",
    ),
}

_BATCH = {
    "batch-padding-seen": (
        Flaw(sees_padding=True),
        "the padding in front of shorter rows is attended to: mask it with -inf, row by row",
    ),
    "batch-not-causal": (
        Flaw(mask="alone"),
        "in a batch a token sees those that are fed after it in the same call: each row's mask is causal, too",
    ),
    "batch-first-row": (
        Flaw(query_start="first-row", key_start="first-row"),
        "all rows are rotated by the offset of row 0; every row has its own",
    ),
    "batch-longest": (
        Flaw(query_start="longest", key_start="longest"),
        "all rows are rotated by the offset of the longest one; every row has its own",
    ),
}


def _register() -> None:
    def wrong(flaw: Flaw, in_batch: bool) -> Callable[..., Tensor]:
        def function(mlx_model: tuple[Path, str], rows: Rows, **_: object) -> Tensor:
            if in_batch and not any(len(row[-1].starts) > 1 for row in rows):
                raise NotApplicable
            return torch.stack([fed_in_pieces(*mlx_model, row, flaw) for row in rows])

        return function

    for name, (flaw, hint) in _CACHE.items():
        mistake(name, hint)(wrong(flaw, in_batch=False))
    for name, (flaw, hint) in _BATCH.items():
        mistake(name, hint)(wrong(flaw, in_batch=True))


_register()
