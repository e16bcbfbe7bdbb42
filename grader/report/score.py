"""Where a task's core points went: earned, held, lost or still open.

Knows nothing about HTML.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.result import Result, TaskResult, Tier, Verdict

HELD = frozenset({Verdict.INCONCLUSIVE, Verdict.ERROR})


@dataclass(frozen=True)
class Share:
    """The core points of one task, split by what became of them; the four parts add up to its maximum."""

    task: TaskResult
    earned: float  # judged and right
    held: float  # they count, although the check could not be judged: staff will look
    lost: float  # judged and wrong
    open: float  # not judged and not awarded: behind a needed task, or for staff to decide

    @property
    def total(self) -> float:
        """The core points that the task offers."""
        return self.earned + self.held + self.lost + self.open


def share(task: TaskResult) -> Share:
    """Split the points of one task by the verdicts of its core checks.

    The task's own figures are the truth. Where its checks carry no points of their own, its verdict decides.
    """
    core = [check for check in task.checks if check.tier is Tier.CORE and check.max_points > 0]
    missing = max(task.max_points - task.points, 0.0)
    if core:
        held = sum(c.points for c in core if c.verdict in HELD)
        unjudged = sum(c.max_points - c.points for c in core if c.verdict in HELD | {Verdict.SKIPPED})
    else:
        held = task.points if task.verdict in HELD else 0.0
        unjudged = missing if task.verdict in HELD | {Verdict.SKIPPED} else 0.0
    held, unjudged = min(held, task.points), min(unjudged, missing)
    return Share(task, task.points - held, held, missing - unjudged, unjudged)


def held_points(result: Result) -> float:
    """Return the core points that count although their checks could not be judged."""
    return round(sum(share(task).held for task in result.tasks), 4)


def tally(result: Result) -> list[tuple[Verdict, int]]:
    """Count tasks by verdict; PASS and FAIL are always there, the other kinds if they occur."""
    counts = [(kind, sum(task.verdict is kind for task in result.tasks)) for kind in Verdict]
    return [(kind, n) for kind, n in counts if n or kind in (Verdict.PASS, Verdict.FAIL)]
