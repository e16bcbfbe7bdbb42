"""What only people can settle: not judged, refused, alarming, late, pending, alike.

Without names nothing of it is shown but how many verdicts wait. Knows nothing about HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.class_result import Attempt, ClassResult, Grade, Student
from grader.report.class_names import Naming
from grader.report.wording import count, listing
from grader.result import CheckResult, TaskResult, Verdict

Person = tuple[str, str]  # what somebody is called, and the address of their page
Named = Callable[[Sequence[str]], tuple[Person, ...]]


@dataclass(frozen=True)
class Entry:
    """One thing to look at."""

    kind: str  # INCONCLUSIVE, ERROR, not graded, pending, late, over the limit, refused, alarm, alike, note
    who: tuple[Person, ...]
    what: str
    details: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        """The class of the verdict's mark; empty for what is no verdict."""
        return self.kind[0] if self.kind in ("INCONCLUSIVE", "ERROR") else ""


def staff_entries(result: ClassResult, naming: Naming) -> tuple[Entry, ...]:
    """Return the entries, the most urgent kinds first; none where nobody is to be named."""
    if not naming.names:
        return ()
    people = {grade.student.id: grade.student for grade in result.grades}

    def named(ids: Sequence[str]) -> tuple[Person, ...]:
        return tuple(_person(people[i], naming) if i in people else (i, "") for i in ids)

    entries = list(_attempts_not_graded(result, named))
    entries += [
        Entry("alarm", named(a.students), f"{a.before}, then {a.after}: the same submission", a.checks)
        for a in result.alarms
    ]
    entries += _not_judged(result, named)
    entries += _pending(result, named)
    entries += [
        Entry("refused", named([r.student]) if r.student else (), f"{r.source}: {r.reason}")
        for r in result.refused
    ]
    entries += _rules(result, named)
    entries += [
        Entry("alike", named([pair.first, pair.second]), _alike(pair.share, pair.lines), pair.places)
        for pair in sorted(result.alike, key=lambda pair: -pair.share)
    ]
    return (*entries, *(Entry("note", (), note) for note in result.notes))


def _alike(share: float, lines: int) -> str:
    return (
        f"{100 * share:.1f} % alike beyond the skeleton, about {count(lines, 'line')}: a question, no verdict"
    )


def _person(student: Student, naming: Naming) -> Person:
    return naming.label(student), naming.link(student)


def _attempts_not_graded(result: ClassResult, named: Named) -> Iterator[Entry]:
    for grade in result.grades:
        for attempt in grade.attempts:
            if attempt.problem and _own(grade, attempt):
                whose = "the grader's fault" if attempt.fault == "grader" else "counts as 0 points"
                what = f"attempt {attempt.number}, {attempt.source}: {attempt.problem} ({whose})"
                yield Entry("not graded", named([grade.student.id]), what)


def _own(grade: Grade, attempt: Attempt) -> bool:
    """Return whether an attempt is listed with this student: a group's is listed once, with who handed it in."""
    return attempt.student == grade.student.id


def _not_judged(result: ClassResult, named: Named) -> list[Entry]:
    """Return one entry for each thing that was not judged, with everybody whom it concerns."""
    found: dict[tuple[str, str], list[str]] = {}
    for grade in result.grades:
        run = grade.counted.result if grade.counted is not None else None
        for task in run.by_day if run is not None else ():
            for kind, what in _unjudged(task):
                members = found.setdefault((kind, what), [])
                if grade.student.id not in members:
                    members.append(grade.student.id)
    ordered = sorted(found.items(), key=lambda item: (item[0][0] != "ERROR", item[0][1]))
    return [Entry(kind, named(ids), what) for (kind, what), ids in ordered]


def _unjudged(task: TaskResult) -> Iterator[tuple[str, str]]:
    for check in task.checks:
        if check.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE):
            yield check.verdict.value, f"{task.id} {check.sentence}{_why(check)}"


def _why(check: CheckResult) -> str:
    if check.speed is not None:
        return f": {check.speed.ratio_text()}, gate {check.speed.bound_text()}"
    return f": {check.message.got}" if check.message is not None and check.message.got else ""


def _pending(result: ClassResult, named: Named) -> list[Entry]:
    """Return one entry for each reason for which grades are not final."""
    found: dict[str, list[str]] = {}
    for grade in result.grades:
        if grade.pending:
            found.setdefault(grade.pending, []).append(grade.student.id)
    return [Entry("pending", named(ids), reason) for reason, ids in found.items()]


def _rules(result: ClassResult, named: Named) -> list[Entry]:
    late_ones, over_ones = [], []
    for grade in result.grades:
        over = [attempt for attempt in grade.attempts if attempt.over_limit]
        late = grade.counted.days_late if grade.counted is not None else 0
        if late > 0 or grade.penalty > 0:
            late_ones.append(Entry("late", named([grade.student.id]), _late(grade, late), grade.reasons))
        if over:
            numbers = listing([str(attempt.number) for attempt in over])
            what = f"attempt{'s' if len(over) > 1 else ''} {numbers} after the day's last allowed one, not counted"
            over_ones.append(Entry("over the limit", named([grade.student.id]), what))
    return [*late_ones, *over_ones]


def _late(grade: Grade, days: int) -> str:
    text = f"the counted attempt is {count(days, 'day')} late" if days else "lateness was counted"
    return f"{text}, {count(grade.penalty, 'point')} off" if grade.penalty > 0 else f"{text}, nothing off"


def held_verdicts(result: ClassResult) -> dict[Verdict, int]:
    """Return how many verdicts of checks are INCONCLUSIVE and ERROR in the counted attempts."""
    runs = [attempt.result for attempt in result.graded if attempt.result is not None]
    checks = [check.verdict for run in runs for task in run.tasks for check in task.checks]
    return {kind: checks.count(kind) for kind in (Verdict.INCONCLUSIVE, Verdict.ERROR)}
