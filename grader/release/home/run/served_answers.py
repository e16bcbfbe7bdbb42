"""The right logits of rows beside caches, as they were recorded for whole sequences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.course.scenarios.served import Fed
from grader.release.public_cases import public_cases
from grader.run.compare import Target


def right(live: Sequence[Fed], folder: Path, dtype: str, tolerance: str) -> Target:
    """Return what the newest tokens of every row get, from the rows' whole sequences."""
    whole = [public_cases().logits(folder.name, dtype, tolerance, row.whole) for row in live]
    parts = [slice(row.start, row.start + row.length) for row in live]
    value = np.stack([w.value[part] for w, part in zip(whole, parts, strict=True)])
    bound = np.stack([w.bound[part] for w, part in zip(whole, parts, strict=True)])
    return Target(value, bound, dtype, whole[0].c, whole[0].exact)


def arguments(live: Sequence[Fed], folder: Path, dtype: str) -> dict[str, Any]:
    """Return what was recorded as wrong for these rows: nothing where a submission itself chooses the pieces."""
    return {"wrong": public_cases().wrong_logits(folder.name, dtype, live)}
