"""Builds the result of a class from what its folder keeps: results to attempts, rules to attempts, grades out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.class_result import Alarm, Attempt, ClassResult, Grade, Likeness, Refused, Student
from grader.classroom import policy as rules
from grader.classroom.folder import ClassFolder
from grader.classroom.grading import Assignment, reachable
from grader.course.catalog import find_week
from grader.errors import CannotJudge, UsageError
from grader.result import Progress, Result, Verdict

MISSING = "is not graded yet"


def load(path: Path, run: str | None = None) -> ClassResult:
    """Return a run over a class with the grades that the kept rules give.

    Args:
        path: The class's folder.
        run: A number; without one the run that was accepted, or the newest if none was.

    Raises:
        UsageError: no class folder, no run in it, no such run.
        CannotJudge: a file is damaged.
    """
    folder = ClassFolder(path)
    number = run or folder.accepted() or next(iter(reversed(folder.runs())), "")
    if not number:
        raise UsageError(f"nothing has been graded in {path} yet")
    data = folder.run(number)
    try:
        return _class(folder, data)
    except (KeyError, TypeError, ValueError) as error:
        raise CannotJudge(f"run {number} in {path} is damaged: {type(error).__name__}: {error}") from None


def _class(folder: ClassFolder, data: Mapping[str, Any]) -> ClassResult:
    policy = rules.read(folder.policy)
    students = tuple(Student(**s) for s in data["students"])
    assignment = Assignment(
        data["assignment"]["week"],
        tuple(data["assignment"]["tasks"]),
        tuple(data["assignment"]["left_out"]),
        course=data["assignment"]["course"],
    )
    attempts: dict[str, list[Attempt]] = {}
    for entry in data["attempts"]:
        attempts.setdefault(entry["student"], []).append(_attempt(folder, entry))
    week = find_week(str(assignment.week))
    core, extra = reachable(assignment)
    notes = [*data["notes"], *rules.strangers(policy, students)]
    if assignment.left_out:
        notes.append(f"not run, and without points here: {', '.join(assignment.left_out)}")
    return ClassResult(
        run_id=data["run_id"],
        title=f"Week {week.number}: {week.title}",
        week=week.number,
        course=assignment.course,
        finished_at=data["finished_at"],
        deadline=rules.deadline(policy),
        grades=tuple(_grade(s, students, attempts, policy) for s in students),
        refused=tuple(Refused(**r) for r in data["refused"]),
        alarms=tuple(
            Alarm(**{**a, "students": tuple(a["students"]), "checks": tuple(a["checks"])})
            for a in data["alarms"]
        ),
        alike=tuple(Likeness(**{**a, "places": tuple(a["places"])}) for a in data["alike"]),
        policy=rules.sentences(policy),
        notes=tuple(notes),
        max_points=core,
        max_extra_points=extra,
        hashes=dict(data["hashes"]),
        environment=dict(data["environment"]),
        measured="gates" not in assignment.left_out,
        complete=data["complete"],
    )


def _attempt(folder: ClassFolder, entry: Mapping[str, Any]) -> Attempt:
    attempt = Attempt(entry["student"], entry["number"], entry["source"], entry["submitted_at"])
    if entry["problem"]:
        return replace(attempt, problem=entry["problem"], fault=entry["fault"])
    kept = folder.result(entry["key"]) or folder.result(entry["numbers"])
    if kept is None:
        return replace(attempt, problem=MISSING, fault="grader")
    if kept["result"] is None:
        return replace(attempt, problem=kept["problem"], fault=kept["fault"])
    result = Result.from_json(kept["result"])
    named = replace(result, student=entry["student"], submission=entry["source"])
    return replace(attempt, result=named)


def _grade(
    student: Student,
    students: Sequence[Student],
    attempts: Mapping[str, Sequence[Attempt]],
    policy: rules.Policy,
) -> Grade:
    members = [s for s in students if s.id == student.id or (student.group and s.group == student.group)]
    grade = rules.apply(student, [a for s in members for a in attempts.get(s.id, ())], policy)
    counted = grade.counted
    if counted is None or counted.result is None:
        return grade
    shown = replace(counted, result=replace(counted.result, progress=_progress(grade, counted)))
    kept = tuple(shown if a == counted else a for a in grade.attempts)
    return replace(grade, attempts=kept, counted=shown)


def _progress(grade: Grade, counted: Attempt) -> tuple[Progress, ...]:
    """Return the attempts before the one that counts, for the chart in its student's report."""
    earlier = grade.attempts[: grade.attempts.index(counted)]
    return tuple(
        Progress(
            a.result.run_id,
            a.submitted_at or a.result.started_at,
            a.result.points,
            a.result.extra_points,
            tuple(t.id for t in a.result.tasks if t.verdict is Verdict.PASS),
        )
        for a in earlier
        if a.result is not None
    )
