"""When a wrong answer explains a submission's numbers: it agrees with them, and it is no right answer.

Arrays only; where the wrong answers come from is in `grader.run.hints`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.run.compare import Target, outside


@dataclass(frozen=True)
class Sample:
    """A failing case: the oracle's arguments, the target, and what the submission returned."""

    arguments: dict[str, Any]
    target: Target
    got: npt.NDArray[Any]


def agrees(wrong: npt.NDArray[Any], sample: Sample) -> bool:
    """Return whether a wrong answer is what the submission returned, within the tolerance of both."""
    if wrong.shape != sample.got.shape:
        return False
    return not outside(sample.got, wrong, _bound(wrong, sample)).any()


def tells(wrong: npt.NDArray[Any], sample: Sample) -> bool:
    """Return whether a wrong answer is so far from the right one that agreement with it means something."""
    return bool(outside(wrong, sample.target.value, 4 * _bound(wrong, sample)).any())


def _bound(wrong: npt.NDArray[Any], sample: Sample) -> npt.NDArray[np.float64]:
    # The magnitude belongs to the right answer; where the wrong one is larger, its rounding errors are too.
    scale = sum(np.where(np.isfinite(v), np.abs(v), 0.0) for v in (wrong, sample.target.value))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        relative = sample.target.bound / np.where(scale > 0, np.abs(sample.target.value), np.inf)
    floor = np.nanmedian(relative[np.isfinite(relative)]) if np.isfinite(relative).any() else 0.0
    bound: npt.NDArray[np.float64] = 2 * sample.target.bound + floor * scale
    return bound
