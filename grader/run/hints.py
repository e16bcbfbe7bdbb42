"""Proves hints: a named wrong oracle is shown only if it reproduces the submission's own numbers.

On every failing case the wrong oracle must give what the submission gave, within the tolerance, and on at least one
of them it must be far from the right answer, so that agreement means something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader.oracles.mistakes import Mistake, NotApplicable, find
from grader.run.compare import Target, outside


@dataclass(frozen=True)
class Sample:
    """A failing case: the oracle's arguments, the target, and what the submission returned."""

    arguments: dict[str, Any]
    target: Target
    got: npt.NDArray[Any]


def prove(names: Sequence[str], samples: Sequence[Sample]) -> str:
    """Return the sentence of the first mistake that explains every sample, or ""."""
    for name in names:
        candidate = find(name)
        if samples and _explains(candidate, samples):
            return f"{candidate.hint} (reproduces your numbers)"
    return ""


def _explains(candidate: Mistake, samples: Sequence[Sample]) -> bool:
    telling = False
    for sample in samples:
        try:
            with torch.no_grad():
                wrong = candidate.function(**sample.arguments, got=torch.from_numpy(sample.got)).numpy()
        except (NotApplicable, RuntimeError, IndexError, AssertionError):
            return False  # the mistake does not run on these shapes, so it is not what the submission does
        if wrong.shape != sample.got.shape:
            return False
        # The magnitude belongs to the right answer; where the wrong one is larger, its rounding errors are too.
        scale = sum(np.where(np.isfinite(v), np.abs(v), 0.0) for v in (wrong, sample.target.value))
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            relative = sample.target.bound / np.where(scale > 0, np.abs(sample.target.value), np.inf)
        floor = np.nanmedian(relative[np.isfinite(relative)]) if np.isfinite(relative).any() else 0.0
        bound = 2 * sample.target.bound + floor * scale
        if outside(sample.got, wrong, bound).any():
            return False
        telling = telling or bool(outside(wrong, sample.target.value, 4 * bound).any())
    return telling
