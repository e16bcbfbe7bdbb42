"""What changes between two runs over the same class: who gains, who loses, by task, and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.class_result import Attempt, ClassResult, Grade
from grader.result import CheckResult, Result, TaskResult, Verdict


@dataclass(frozen=True)
class TaskChange:
    """One task of one student whose points or verdict differ."""

    task: str
    title: str
    before: Verdict | None  # None: not in that run
    after: Verdict | None
    points: float  # gained, or lost if negative; core and extra
    reasons: tuple[str, ...]  # for each check that differs: what it says now


@dataclass(frozen=True)
class Change:
    """One student whose grade differs between two runs."""

    student: str
    name: str
    before: float  # total
    after: float
    tasks: tuple[TaskChange, ...]
    reasons: tuple[str, ...]  # beyond tasks: another attempt counts, a rule, a problem

    @property
    def gain(self) -> float:
        """Points gained; negative if lost."""
        return round(self.after - self.before, 4)


def between(old: ClassResult, new: ClassResult) -> tuple[Change, ...]:
    """Return every student whose total, a verdict or the points of a task differ; the greatest losses first."""
    before = {g.student.id: g for g in old.grades}
    after = {g.student.id: g for g in new.grades}
    changes = []
    for student in {**before, **after}:
        change = _of_one(before.get(student), after.get(student))
        if change is not None:
            changes.append(change)
    return tuple(sorted(changes, key=lambda c: (c.gain, c.student)))


def _of_one(old: Grade | None, new: Grade | None) -> Change | None:
    grade = new or old
    assert grade is not None
    reasons = []
    if old is None or new is None:
        reasons.append("is not in the roster of the other run")
    was, now = (g.counted if g else None for g in (old, new))
    reasons += _attempts(was, now)
    rules_before, rules_after = (g.reasons if g else () for g in (old, new))
    reasons += [f"no longer: {text}" for text in rules_before if text not in rules_after]
    reasons += [text for text in rules_after if text not in rules_before]
    tasks = _tasks(was.result if was else None, now.result if now else None)
    totals = [round(g.total, 4) if g else 0.0 for g in (old, new)]
    if totals[0] == totals[1] and not tasks and not reasons:
        return None
    return Change(grade.student.id, grade.student.name, totals[0], totals[1], tasks, tuple(reasons))


def _attempts(was: Attempt | None, now: Attempt | None) -> list[str]:
    if was is None or now is None:
        return (
            []
            if was is now
            else ["has an attempt that counts" if now else "has no attempt that counts any more"]
        )
    found = []
    if was.source != now.source:
        found.append(f"counts {now.source} in place of {was.source}")
    if was.problem != now.problem:
        found.append(f"now: {now.problem}" if now.problem else f"no longer: {was.problem}")
    return found


def _tasks(old: Result | None, new: Result | None) -> tuple[TaskChange, ...]:
    before = {t.id: t for t in old.tasks} if old else {}
    after = {t.id: t for t in new.tasks} if new else {}
    found = (_task(before.get(task), after.get(task)) for task in {**before, **after})
    return tuple(change for change in found if change is not None)


def _task(old: TaskResult | None, new: TaskResult | None) -> TaskChange | None:
    task = new or old
    assert task is not None
    points = [t.points + t.extra_points if t else 0.0 for t in (old, new)]
    verdicts = [t.verdict if t else None for t in (old, new)]
    gain = round(points[1] - points[0], 4)
    if verdicts[0] is verdicts[1] and gain == 0:
        return None
    before = {c.name: c for c in old.checks} if old else {}
    reasons = [
        _check(before.get(c.name), c)
        for c in (new.checks if new else ())
        if c.name not in before or (before[c.name].verdict, before[c.name].points) != (c.verdict, c.points)
    ]
    gone = set(before) - {c.name for c in new.checks} if new else set()
    reasons += [f"{name}: no longer checked" for name in sorted(gone)]
    return TaskChange(task.id, task.title, verdicts[0], verdicts[1], gain, tuple(reasons))


def _check(old: CheckResult | None, new: CheckResult) -> str:
    was = old.verdict.value if old else "not checked"
    text = f"{new.name}: {was}, now {new.verdict.value}"
    message = new.message if new.verdict is not Verdict.PASS else old.message if old else None
    if message is None:
        return text
    said = message.hint or message.got.splitlines()[0]
    return f"{text} ({said})" if new.verdict is not Verdict.PASS else f"{text} (was: {said})"


def score(result: Mapping[str, Any]) -> str:
    """Return core and extra points of a result file in one text: "98 + 3.5"."""
    return f"{result['points']:g} + {result['extra_points']:g}"


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each check of two result files of one submission that has another verdict or points."""
    before = {(t["id"], c["name"]): c for t in old["tasks"] for c in t["checks"]}
    found = []
    for task in new["tasks"]:
        for check in task["checks"]:
            was = before.get((task["id"], check["name"]))
            if was is None or (was["status"], was["points"]) != (check["status"], check["points"]):
                first = was["status"] if was else "not checked"
                found.append(f"{task['id']} {check['name']}: {first}, then {check['status']}")
    return found
