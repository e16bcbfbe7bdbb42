"""How often something went wrong, and how often it may go wrong at most: exact bounds for shares.

Pure standard library; knows nothing about what was tried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Rate:
    """So many of so many."""

    count: int
    total: int

    @property
    def share(self) -> float:
        """The observed share; 0 of nothing is 0."""
        return self.count / self.total if self.total else 0.0

    @property
    def upper(self) -> float:
        """The bound under which the true share lies with 95 % confidence (Clopper and Pearson 1934, one-sided)."""
        return upper_bound(self.count, self.total)

    def __str__(self) -> str:
        return f"{self.count} of {self.total} ({100 * self.share:.1f} %, at most {100 * self.upper:.1f} %)"


def upper_bound(count: int, total: int, confidence: float = CONFIDENCE) -> float:
    """Return the largest share with which `count` or fewer of `total` still happen with probability 1 - confidence.

    With `count` 0 it is about 3 / total, the rule of three.

    Raises:
        ValueError: `count` is not between 0 and `total`.
    """
    if not 0 <= count <= total:
        raise ValueError(f"count ({count}) must be between 0 and total ({total})")
    if count == total:
        return 1.0
    low, high = count / total, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(count, total, middle) > 1 - confidence else (low, middle)
    return high


def _at_most(count: int, total: int, share: float) -> float:
    """Return the probability of `count` or fewer of `total`."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    logs = (
        math.lgamma(total + 1)
        - math.lgamma(k + 1)
        - math.lgamma(total - k + 1)
        + k * math.log(share)
        + (total - k) * math.log1p(-share)
        for k in range(count + 1)
    )
    return math.fsum(math.exp(value) for value in logs)
