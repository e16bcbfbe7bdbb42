"""Judges the logits of a model beside caches: every row of every call equals what its sequence gets alone.

Knows pieces and rows; knows nothing about how a scenario came to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from grader.course.scenarios.served import Step
from grader.run.compare import form, judge, values
from grader.run.evidence import Sample
from grader.run.findings import Finding
from grader.run.hints import prove
from grader.run.served_answers import arguments, right
from grader.worker.wire import Array

AXES = ("row", "position", "token")
SAMPLES = 5  # failing steps that a hint has to explain


@dataclass(frozen=True)
class Wrong:
    """The first step whose logits are not right, what is wrong with them, and the mistake that explains them."""

    step: Step
    finding: Finding
    hint: str


def first_wrong(
    steps: Sequence[Step], folder: Path, dtype: str, tolerance: str, mistakes: Sequence[str]
) -> Wrong | None:
    """Return the first step that is not right, or None.

    Args:
        steps: calls with what came back, in order.
        folder: of the checkpoint.
        dtype: in which the model computes.
        tolerance: a row of the tolerance table.
        mistakes: named wrong oracles that take the rows' pieces.
    """
    first: tuple[Step, Finding] | None = None
    samples: list[Sample] = []
    for step in steps:
        live = [row for row in step.rows if row is not None]
        want = right(live, folder, dtype, tolerance)
        whole = replace(want, value=np.zeros((len(step.rows), *want.value.shape[1:])))
        finding = form(step.value, whole)
        if finding is None and isinstance(step.value, Array):
            part = _rows(step.value, [i for i, row in enumerate(step.rows) if row is not None])
            finding = judge(part, want, AXES)
            if finding is not None and len(samples) < SAMPLES:
                samples.append(Sample(arguments(live, folder, dtype), want, values(part)))
        if finding is not None and first is None:
            first = step, finding
        if finding is not None and finding.kind not in ("wrong-values", "nan", "infinite"):
            break
    if first is None:
        return None
    return Wrong(*first, prove(mistakes, samples))


def _rows(whole: Array, kept: list[int]) -> Array:
    """Return some rows of `[B, L, V]`: what a free row gives is nobody's."""
    data = np.frombuffer(whole.data, np.uint8).reshape(whole.shape[0], -1)[kept]
    return Array(whole.dtype, (len(kept), *whole.shape[1:]), data.tobytes())
