"""Who needs help, by a rule that a page states.

Knows nothing about HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.class_result import Attempt, ClassResult, Grade
from grader.report.class_clusters import Cause, first_failing
from grader.report.class_matrix import points_of
from grader.report.class_names import Naming
from grader.report.class_statistics import quartiles, scored
from grader.report.wording import count, day_of, moment, points
from grader.result import TaskResult, Verdict

FEW = 0.4  # fewer than this share of the core points is reason enough
SAME_FAILURE = 3  # attempts in a row with the same first failure
SILENT_DAYS = 4  # before the last submission of anybody
FALLEN = 5.0  # core points below the student's best attempt

RULE = (
    f"Listed is who handed in nothing, whose submission cannot be graded, who has fewer than {FEW:.0%} of the core "
    f"points, and who is in the lowest quarter and stuck (the same first failure in {SAME_FAILURE} attempts in a row), "
    f"silent (nothing for {SILENT_DAYS} days before the last submission of anybody) or falling "
    f"({points(FALLEN)} points or more below their best attempt)."
).replace("%", " %")


@dataclass(frozen=True)
class Needy:
    """One student of the list."""

    label: str
    link: str
    points: float | None
    task: TaskResult | None  # where to start
    why: tuple[str, ...]  # the parts of the rule that hold
    say: str
    skipped: int  # verdicts that wait
    last: str  # "24 Nov"


def who_needs_help(result: ClassResult, naming: Naming) -> tuple[Needy, ...]:
    """Return the students that the rule names: with points from the lowest up, then those without a submission."""
    low = quartiles([grade.points for grade in scored(result)])[0] if scored(result) else 0.0
    times = [time for g in result.grades for a in g.attempts if (time := moment(a.submitted_at)) is not None]
    end = max(times, default=None)
    found = [_needy(grade, result, low, end, naming) for grade in result.grades]
    listed = [needy for needy in found if needy is not None]
    return tuple(sorted(listed, key=lambda n: (n.points is None, n.points or 0.0)))


def _needy(
    grade: Grade, result: ClassResult, low: float, end: datetime | None, naming: Naming
) -> Needy | None:
    got = points_of(grade)
    if grade.counted is None and not grade.attempts:
        return _entry(grade, got, ("handed in nothing",), naming)
    if grade.counted is None or got is None:
        return None  # for staff
    if grade.counted.result is None:
        return _entry(grade, got, ("the submission cannot be graded",), naming)
    why = []
    if got < FEW * result.max_points:
        why.append(f"fewer than {FEW:.0%} of the points".replace("%", " %"))
    if got <= low and got < result.max_points:
        why += _signs(grade, end)
    return _entry(grade, got, tuple(why), naming) if why else None


def _signs(grade: Grade, end: datetime | None) -> list[str]:
    """Return what the attempts of a student show: stuck, silent, falling."""
    signs = []
    same = _same_failure(grade.attempts)
    if same >= SAME_FAILURE:
        signs.append(f"same failure in {count(same, 'attempt')}")
    last = moment(grade.attempts[-1].submitted_at) if grade.attempts else None
    if last is not None and end is not None and (end - last).days >= SILENT_DAYS:
        signs.append(f"no submission for {count((end - last).days, 'day')}")
    runs = [attempt.result for attempt in grade.attempts if attempt.result is not None]
    fallen = max((run.points for run in runs), default=0.0) - runs[-1].points if runs else 0.0
    if fallen >= FALLEN:
        signs.append(f"the last attempt has {count(fallen, 'point')} fewer than the best")
    return signs


def _same_failure(attempts: tuple[Attempt, ...]) -> int:
    """Return how many of the last graded attempts in a row begin to fail in the same way."""
    firsts = [_failure(attempt) for attempt in attempts if attempt.result is not None]
    if not firsts or firsts[-1] is None:
        return 0
    same = 0
    for failure in reversed(firsts):
        if failure != firsts[-1]:
            break
        same += 1
    return same


def _failure(attempt: Attempt) -> tuple[str, ...] | None:
    found = first_failing(attempt.result) if attempt.result is not None else None
    return (found[0].id, *found[1].key) if found else None


def _entry(grade: Grade, got: float | None, why: tuple[str, ...], naming: Naming) -> Needy:
    run = grade.counted.result if grade.counted is not None else None
    found = first_failing(run) if run is not None else None
    task, cause = found if found is not None else (None, None)
    return Needy(
        label=naming.label(grade.student),
        link=naming.link(grade.student),
        points=got,
        task=task,
        why=why,
        say=naming.cleaned(_say(cause)),
        skipped=sum(t.verdict is Verdict.SKIPPED for t in run.tasks) if run is not None else 0,
        last=day_of(grade.attempts[-1].submitted_at) if grade.attempts else "",
    )


def _say(cause: Cause | None) -> str:
    if cause is None:
        return ""
    if cause.sort.value == "proved":
        return "; ".join(part for part in (cause.words, cause.remedy) if part)
    if cause.sort.value == "alike":
        return f"{cause.words}; no hint reproduces it: look at the report together"
    return cause.words
