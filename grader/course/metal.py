"""The kinds of checks on Metal kernels: what they compute, whether their threads keep the rules, what they move.

Frozen data, as in `grader.course.model`; how each is carried out is in `grader.run`.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.course.model import CaseCheck, FasterThan


@dataclass(frozen=True)
class OnGpu(CaseCheck):
    """The submission's Metal kernels compute the answer: run again apart from its C++ and Python, they give its bytes.

    Worth nothing by itself; if it fails, the whole task earns nothing. It stands before the checks with points.
    """


@dataclass(frozen=True)
class Safe(CaseCheck):
    """Every thread of the grid keeps the rules of Metal: bounds, barriers, written before read; numbers are not judged.

    The kernels run again forward, with threads and threadgroups reversed, and with poisoned memory.
    """

    soft: bool = (
        False  # judge only what one simdgroup in lockstep, or one value written twice, may get away with
    )


@dataclass(frozen=True)
class Limit:
    """The most that a count may be, of the reference's count on the same inputs or of its own ideal."""

    count: str  # a name of `grader.run.metal_counts`: "device bytes"
    threshold: float


@dataclass(frozen=True)
class Traffic(CaseCheck):
    """What the kernels move stays within limits. Counts from the simulator: proxies of speed, never time.

    On a Mac, where time can be taken, `timed` is carried out in its place.
    """

    limits: tuple[Limit, ...] = ()
    timed: FasterThan | None = None


SLOW = (OnGpu, Safe, Traffic)
