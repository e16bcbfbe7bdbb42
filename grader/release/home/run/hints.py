"""Proves hints with recorded wrong answers: one is shown only if it is what the submission gave in every failing case.

A mistake whose wrong answer depends on the submission's own numbers was not recorded, and is not shown here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.run.evidence import Sample, agrees, tells


def prove(names: Sequence[str], samples: Sequence[Sample]) -> str:
    """Return the sentence of the first recorded mistake that explains every sample, or ""; `names` are not needed."""
    for hint in _wrong(samples[0]) if samples else ():
        answers = [_wrong(sample).get(hint) for sample in samples]
        pairs = [(a, s) for a, s in zip(answers, samples, strict=True) if a is not None and agrees(a, s)]
        if len(pairs) == len(samples) and any(tells(a, s) for a, s in pairs):
            return f"{hint} (reproduces your numbers)"
    return ""


def _wrong(sample: Sample) -> Mapping[str, Any]:
    found: Mapping[str, Any] = sample.arguments.get("wrong", {})
    return found
