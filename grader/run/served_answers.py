"""The right logits of rows beside caches, and their pieces as the mistakes of a cache take them.

Knows oracles; nothing about calls or messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from grader.course.scenarios.served import Fed
from grader.oracles.cached import Piece, alone
from grader.oracles.expected import Expected
from grader.run.compare import Target, target


def right(live: Sequence[Fed], folder: Path, dtype: str, tolerance: str) -> Target:
    """Return what the newest tokens of every row get, from the rows' whole sequences."""
    expected = [alone(folder, dtype, row.whole) for row in live]
    parts = [slice(row.start, row.start + row.length) for row in live]
    value = torch.stack([e.value[part] for e, part in zip(expected, parts, strict=True)])
    size = torch.stack(
        [e.magnitude[part] for e, part in zip(expected, parts, strict=True) if e.magnitude is not None]
    )
    return target(Expected(value, size), dtype, tolerance)


def arguments(live: Sequence[Fed], folder: Path, dtype: str) -> dict[str, Any]:
    """Return the arguments of a mistake: the checkpoint, and the pieces of every row."""
    return {"mlx_model": (folder, dtype), "rows": [_pieces(row) for row in live]}


def _pieces(row: Fed) -> list[Piece]:
    return [Piece(row.whole[p.start : p.stop], p.start, p.starts, p.padding) for p in row.pieces]
