"""What a check found out, before points."""

from __future__ import annotations

from dataclasses import dataclass

from grader.metal_result import Count
from grader.result import Message, Verdict
from grader.speed_result import SpeedResult


@dataclass(frozen=True)
class Outcome:
    """What a check found out, before points."""

    verdict: Verdict
    cases_passed: int = 0
    cases_total: int = 0
    message: Message | None = None
    held: bool = True  # INCONCLUSIVE and ERROR earn the points, unless the submission may have provoked them
    speed: SpeedResult | None = None  # what a gate measured
    counts: tuple[Count, ...] = ()  # what Metal kernels moved
