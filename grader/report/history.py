"""What changed since the last run, and the points over all runs.

Knows nothing about HTML or where earlier runs are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.report.score import HELD
from grader.result import Result, Verdict

SHOWN_RUNS = 30


@dataclass(frozen=True)
class Point:
    """One run in the chart."""

    finished_at: str  # ISO 8601, UTC
    points: float


@dataclass(frozen=True)
class History:
    """This run beside the earlier ones of the same student and week."""

    runs: int  # all of them, this one included
    chart: tuple[Point, ...]  # oldest first, at most SHOWN_RUNS; empty if there is nothing to compare
    comparable: bool  # this run graded the whole week and is in the chart
    gained: float  # core points since the last run; 0 if not comparable
    now_pass: tuple[str, ...]  # tasks that pass and did not in the last run
    broke: tuple[str, ...]  # tasks that passed in the last run and fail, or cannot run, now
    held: tuple[str, ...]  # tasks that passed in the last run and could not be judged now


def history(result: Result) -> History | None:
    """Compare a run with the earlier ones; None if it is the first."""
    earlier = sorted(result.progress, key=lambda run: (run.finished_at, run.run_id))
    earlier = [run for run in earlier if run.run_id != result.run_id]
    if not earlier:
        return None
    comparable = result.complete and not result.selected
    chart = [Point(run.finished_at, run.points) for run in earlier]
    if comparable:
        chart.append(Point(result.started_at, result.points))
    before = set(earlier[-1].passed_tasks)
    return History(
        runs=len(earlier) + 1,
        chart=tuple(chart[-SHOWN_RUNS:]) if len(chart) > 1 else (),
        comparable=comparable,
        gained=round(result.points - earlier[-1].points, 4) if comparable else 0.0,
        now_pass=tuple(t.id for t in result.tasks if t.verdict is Verdict.PASS and t.id not in before),
        broke=tuple(t.id for t in result.tasks if t.verdict not in HELD | {Verdict.PASS} and t.id in before),
        held=tuple(t.id for t in result.tasks if t.verdict in HELD and t.id in before),
    )
