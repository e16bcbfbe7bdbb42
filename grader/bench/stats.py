"""Medians of ratios with bootstrap intervals. Pure numpy; the same samples give the same interval.

Times of two implementations are taken in rounds, one of each right after the other, so a ratio per round cancels what
both have suffered from the machine at that moment. The median over rounds ignores the few that were hit alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
LEVEL = 0.95
SEED = 20263


@dataclass(frozen=True)
class Interval:
    """A median and its bootstrap interval; for ratios without unit, for times in seconds."""

    median: float
    low: float
    high: float

    def below(self, bound: float) -> bool:
        """Return whether the whole interval is at most `bound`."""
        return self.high <= bound

    def above(self, bound: float) -> bool:
        """Return whether the whole interval is more than `bound`."""
        return self.low > bound

    def __str__(self) -> str:
        return f"{self.median:.3g} [{self.low:.3g}, {self.high:.3g}]"


def interval(samples: Sequence[float] | npt.NDArray[np.float64], level: float = LEVEL) -> Interval:
    """Return the median of `samples` and its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13).

    Raises:
        ValueError: fewer than 5 samples, of which no interval can be had, or one that is not finite.
    """
    values = np.asarray(samples, np.float64)
    if len(values) < 5:
        raise ValueError(f"an interval needs at least 5 samples, not {len(values)}")
    if not np.isfinite(values).all():
        raise ValueError("a sample is not finite")
    generator = np.random.default_rng(SEED)
    drawn = generator.integers(0, len(values), (RESAMPLES, len(values)))
    medians = np.median(values[drawn], axis=1)
    low, high = np.quantile(medians, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(np.median(values)), float(low), float(high))


def ratios(
    ours: Sequence[float] | npt.NDArray[np.float64],
    theirs: Sequence[float] | npt.NDArray[np.float64],
    idle: float = 0.0,
) -> npt.NDArray[np.float64]:
    """Return `(ours - idle) / (theirs - idle)` per round; `idle` is what a call costs that does nothing.

    Raises:
        ValueError: another number of rounds, or a denominator that is not more than `idle`.
    """
    a, b = np.asarray(ours, np.float64) - idle, np.asarray(theirs, np.float64) - idle
    if a.shape != b.shape:
        raise ValueError(f"{len(a)} rounds of one and {len(b)} of the other")
    if not (b > 0).all():
        raise ValueError(f"a time of the reference is not more than the {idle:.3g} s of an empty call")
    return np.maximum(a, 0.0) / b


def ratio_of_quantiles(
    ours: Sequence[float] | npt.NDArray[np.float64],
    theirs: Sequence[float] | npt.NDArray[np.float64],
    quantile: float = 0.5,
    level: float = LEVEL,
) -> Interval:
    """Return the ratio of a quantile of each side with its bootstrap interval over rounds; infinite over 0 or less.

    For times so short that single ones may come out as 0 (medians), and for wall times on a busy machine, of which
    the quicker ones tell more (a lower quantile).

    Raises:
        ValueError: fewer than 5 rounds, or another number of them.
    """
    a, b = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if a.shape != b.shape or len(a) < 5:
        raise ValueError(f"needs at least 5 rounds of both, not {len(a)} and {len(b)}")
    drawn = np.random.default_rng(SEED).integers(0, len(a), (RESAMPLES, len(a)))
    above, under = (np.quantile(side[drawn], quantile, axis=1) for side in (a, b))
    found = np.where(under > 0, above / np.where(under > 0, under, 1.0), np.inf)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2], method="nearest")
    top, bottom = float(np.quantile(a, quantile)), float(np.quantile(b, quantile))
    return Interval(top / bottom if bottom > 0 else float("inf"), float(low), float(high))


def drift(samples: Sequence[float] | npt.NDArray[np.float64]) -> float:
    """Return the median of the second half over that of the first: far from 1 means that the machine changed."""
    values = np.asarray(samples, np.float64)
    half = len(values) // 2
    return float(np.median(values[half:]) / np.median(values[:half]))
