"""Figures about a class: scores, days, and how every task behaved as an item of a test.

Pure numbers; `docs/class-report.md` says how each is computed and why. Knows nothing about pages or names.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from grader.class_result import ClassResult, Grade
from grader.report.score import HELD
from grader.report.wording import moment
from grader.result import Result, TaskResult, Verdict

UNAVAILABLE = "unavailable"  # kind of the message of a check that nothing here could carry out
SHOWN_DAYS = 60  # the last ones, in the chart of days


def scored(result: ClassResult) -> tuple[Grade, ...]:
    """Return the grades that say something about a student: all whose counted attempt was judged.

    An attempt that cannot be graded by its own fault was judged, and has no points. One that the grader failed on,
    and a student who handed in nothing, say nothing about what was understood.
    """
    return tuple(g for g in result.grades if g.counted is not None and g.counted.fault != "grader")


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return lower quartile, median and upper quartile, interpolated between the values as NumPy does.

    Raises:
        ValueError: there is no value.
    """
    if not values:
        raise ValueError("quartiles of no value")
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def bins(values: Iterable[float], most: float, width: float) -> list[int]:
    """Count values in bins of `width` from 0 to `most`; `most` itself lies in the last bin."""
    number = max(1, round(most / width))
    counts = [0] * number
    for value in values:
        counts[min(max(int(value / width), 0), number - 1)] += 1
    return counts


def course_tasks(results: Iterable[Result]) -> tuple[TaskResult, ...]:
    """Return one of each task that any of the results holds, in the order in which a page shows them."""
    found: dict[str, TaskResult] = {}
    for result in sorted(results, key=lambda r: -len(r.tasks)):
        for task in result.by_day:
            found.setdefault(task.id, task)
    return tuple(sorted(found.values(), key=lambda task: task.day))


def not_judged(task: TaskResult) -> bool:
    """Return whether nothing about the submission follows from this verdict: not judged, or not possible here."""
    if task.verdict in HELD:
        return True
    kinds = (check.message.kind for check in task.checks if check.message is not None)
    return task.verdict is Verdict.SKIPPED and UNAVAILABLE in kinds


def share_of(task: TaskResult) -> float:
    """Return the share of the task's core points that was earned; without any, whether it passes."""
    if task.max_points > 0:
        return task.points / task.max_points
    return float(task.verdict is Verdict.PASS)


@dataclass(frozen=True)
class Item:
    """One task over the class."""

    task: TaskResult  # anybody's, for id, title and points
    verdicts: Mapping[Verdict, int]
    pass_rate: float | None  # of those who reached it; None if nobody did
    difficulty: float | None  # 1 - mean share of core points; None if nobody was judged
    discrimination: float | None  # None where it is not defined
    attempts: float | None  # median number of attempts until it passed; None if that is not known of anybody

    @property
    def reached(self) -> int:
        """Those of whom this task was judged."""
        return self.verdicts[Verdict.PASS] + self.verdicts[Verdict.FAIL]

    @property
    def fail_rate(self) -> float | None:
        """The share of those who reached it that fails."""
        return None if self.pass_rate is None else 1 - self.pass_rate


def items(result: ClassResult) -> tuple[Item, ...]:
    """Return one item per task, over the counted attempts of the class."""
    results = [attempt.result for attempt in result.graded if attempt.result is not None]
    rows = [{task.id: task for task in found.tasks} for found in results]
    judged = [{i: task for i, task in row.items() if not not_judged(task)} for row in rows]
    return tuple(_item(task, rows, judged, result.grades) for task in course_tasks(results))


def _item(
    task: TaskResult,
    rows: Sequence[Mapping[str, TaskResult]],
    judged: Sequence[Mapping[str, TaskResult]],
    grades: Sequence[Grade],
) -> Item:
    own = [row[task.id] for row in rows if task.id in row]
    verdicts = Counter(dict.fromkeys(Verdict, 0))
    verdicts.update(found.verdict for found in own)
    with_it = [row for row in judged if task.id in row]
    shares = [share_of(row[task.id]) for row in with_it]
    rest = [math.fsum(t.points for t in row.values()) - row[task.id].points for row in with_it]
    reached = verdicts[Verdict.PASS] + verdicts[Verdict.FAIL]
    needed = [n for grade in grades if (n := attempts_until_passed(grade, task.id)) is not None]
    return Item(
        task=task,
        verdicts=verdicts,
        pass_rate=verdicts[Verdict.PASS] / reached if reached else None,
        difficulty=1 - statistics.fmean(shares) if shares else None,
        discrimination=correlation(shares, rest),
        attempts=statistics.median(needed) if needed else None,
    )


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Pearson's correlation of two series; None for fewer than three pairs or a series that never changes."""
    if len(first) < 3 or max(first) - min(first) < 1e-9 or max(second) - min(second) < 1e-9:
        return None
    return statistics.correlation(first, second)


def attempts_until_passed(grade: Grade, task_id: str) -> int | None:
    """Return the number of the first attempt in which the task passes; None if none does or one before is unknown."""
    for place, attempt in enumerate(grade.attempts, 1):
        if attempt.result is None and attempt.fault != "submission":
            return None  # not graded: it may have passed there
        tasks = attempt.result.tasks if attempt.result is not None else ()
        if any(task.id == task_id and task.verdict is Verdict.PASS for task in tasks):
            return place
    return None


@dataclass(frozen=True)
class Day:
    """The best scores of a class at the end of one day."""

    date: date  # UTC
    low: float  # lower quartile
    middle: float
    high: float


def by_day(result: ClassResult) -> tuple[Day, ...]:
    """Return how the best scores rose from day to day; empty unless attempts fall on two days at least.

    Everybody who has a graded attempt with a time takes part on every day, with 0 points before the first.
    """
    best: list[dict[date, float]] = []
    for grade in result.grades:
        scores: dict[date, float] = {}
        for attempt in grade.attempts:
            time = moment(attempt.submitted_at)
            if time is not None and attempt.result is not None:
                day = time.date()
                scores[day] = max(scores.get(day, 0.0), attempt.result.points)
        if scores:
            best.append(scores)
    days = {day for scores in best for day in scores}
    if len(days) < 2:
        return ()
    last = max(days)
    first = max(min(days), last - timedelta(days=SHOWN_DAYS - 1))
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return tuple(Day(day, *quartiles([_until(scores, day) for scores in best])) for day in dates)


def _until(scores: Mapping[date, float], day: date) -> float:
    return max((points for other, points in scores.items() if other <= day), default=0.0)
