"""The first screen of a class report: five figures and the sentences that follow from them.

Knows nothing about HTML.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from grader.class_result import ClassResult
from grader.report.class_clusters import Cluster, Sort, tally, waiting
from grader.report.class_names import Naming
from grader.report.class_staff import Entry, held_verdicts
from grader.report.class_statistics import Item, quartiles, scored
from grader.report.wording import count, day_of, listing, moment, points, when
from grader.result import Verdict

HIGH, LOW = 0.9, 0.5  # shares of the core points that are counted
REACHED = 0.1  # a task is a hurdle only if at least this share of the class reached it


@dataclass(frozen=True)
class Figure:
    """One figure of the headline."""

    name: str
    value: str
    of: str
    below: str


@dataclass(frozen=True)
class Hurdle:
    """The task with the highest fail rate."""

    item: Item
    failed: int
    reached: int
    behind: int  # skipped verdicts of later tasks


@dataclass(frozen=True)
class Headline:
    """Sentences and figures."""

    scores: str
    hurdle: Hurdle | None
    shared: Cluster | None  # the proved mistake of most students
    graded: int
    figures: tuple[Figure, ...]
    middle: tuple[float, float, float] | None  # quartiles of the scores


def headline(
    result: ClassResult,
    found: Sequence[Cluster],
    items: Sequence[Item],
    entries: Sequence[Entry],
    naming: Naming,
) -> Headline:
    """Return the first screen."""
    values = [grade.points for grade in scored(result)]
    middle = quartiles(values) if values else None
    proved = [cluster for cluster in found if cluster.cause.sort is Sort.PROVED and cluster.points > 0]
    shared = max(proved, key=lambda c: (len(c.students), c.behind), default=None)
    return Headline(
        scores=_scores(values, result.max_points),
        hurdle=_hurdle(result, items),
        shared=shared if shared is not None and len(shared.students) > 1 else None,
        graded=len(result.graded),
        figures=tuple(_figures(result, values, middle, entries, naming)),
        middle=middle,
    )


def _scores(values: Sequence[float], most: float) -> str:
    if not values:
        return "Nothing has been graded yet."
    if len(values) == 1:
        return f"One submission counts, with {points(values[0])} of {count(most, 'point')}."
    lowest = min(values)
    if lowest == max(values):
        return f"All {len(values)} who count have {points(lowest)} of {count(most, 'point')}."
    return f"Half of the {len(values)} with a score have {points(round(statistics.median(values), 1))} points or more."


def _hurdle(result: ClassResult, items: Sequence[Item]) -> Hurdle | None:
    few = max(REACHED * len(result.graded), 1)
    known = [item for item in items if item.fail_rate and item.reached >= few]
    worst = max(known, key=lambda i: (i.fail_rate or 0.0, i.verdicts[Verdict.FAIL]), default=None)
    if worst is None:
        return None
    behind = 0
    for attempt in result.graded:
        for task in attempt.result.tasks if attempt.result is not None else ():
            if task.id == worst.task.id and attempt.result is not None:
                behind += len(waiting(attempt.result, task))
    return Hurdle(worst, worst.verdicts[Verdict.FAIL], worst.reached, behind)


def _figures(
    result: ClassResult,
    values: Sequence[float],
    middle: tuple[float, float, float] | None,
    entries: Sequence[Entry],
    naming: Naming,
) -> list[Figure]:
    handed_in = sum(bool(grade.attempts) for grade in result.grades)
    figures = [
        Figure("handed in", str(handed_in), f"of {len(result.grades):,}", _attempts(result, naming.names))
    ]
    if middle is not None:
        low, median, high = (points(round(value, 1)) for value in middle)
        most = result.max_points
        figures.append(Figure("median score", median, f"of {points(most)}", f"middle half {low} to {high}"))
        high_n = sum(value >= HIGH * most for value in values)
        low_n = sum(value < LOW * most for value in values)
        figures.append(
            Figure(
                f"{points(HIGH * most)} points or more",
                str(high_n),
                "student" if high_n == 1 else "students",
                f"{low_n} below {points(LOW * most)}",
            )
        )
    counts = tally(result)
    wrong = counts[Sort.PROVED] + counts[Sort.ALIKE] + counts[Sort.ENDED]
    if any(counts.values()):
        below = f"beside them {counts[Sort.UNWRITTEN]} not written, {count(counts[Sort.GATE], 'gate')}"
        figures.append(Figure("wrong, with a proved hint", str(counts[Sort.PROVED]), f"of {wrong}", below))
    held = held_verdicts(result)
    told = [f"{n} {kind.value}" for kind, n in held.items() if n]
    waits = len(entries) if naming.names else sum(held.values())
    word = ("entry" if waits == 1 else "entries") if naming.names else ("check" if waits == 1 else "checks")
    return [
        *figures,
        Figure("for staff", str(waits), word, listing(told) if told else "every check was judged"),
    ]


def _attempts(result: ClassResult, exactly: bool) -> str:
    own = {(a.student, a.number): a for grade in result.grades for a in grade.attempts}
    times = [(time, a.submitted_at) for a in own.values() if (time := moment(a.submitted_at)) is not None]
    last = f", last {when(max(times)[1]) if exactly else day_of(max(times)[1])}" if times else ""
    return f"{count(len(own), 'attempt')}{last}"
