"""Proves hints: a named wrong oracle is shown only if it reproduces the submission's own numbers.

On every failing case the wrong oracle must give what the submission gave, within the tolerance, and on at least one
of them it must be far from the right answer, so that agreement means something.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from grader.oracles.mistakes import Mistake, NotApplicable, find
from grader.run.evidence import Sample, agrees, tells


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
        if not agrees(wrong, sample):
            return False
        telling = telling or tells(wrong, sample)
    return telling


__all__ = ["Sample", "prove"]
