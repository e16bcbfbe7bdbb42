"""Grades and checks as plain tables: CSV of the grades; every check as CSV, JSON lines or Parquet.

The columns are documented in `docs/exports.md`; a program may rely on their names and order. Text is as the student
wrote it in JSON lines and Parquet, and neutralised in CSV only. Knows nothing about files.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from grader.class_result import Attempt, ClassResult, Grade, Student
from grader.errors import UsageError
from grader.export.spreadsheet import Cell, csv_text
from grader.result import CheckResult, Result, TaskResult

GRADE_COLUMNS = (
    "student",
    "name",
    "email",
    "section",
    "group",
    "status",
    "total",
    "points",
    "extra",
    "penalty",
    "max_points",
    "max_extra_points",
    "attempts",
    "counted_attempt",
    "submitted_at",
    "days_late",
    "reasons",
    "pending",
    "problem",
    "run_id",
)

# name and kind of every column of a row of a check: one of str, int, float, bool
CHECK_COLUMNS: dict[str, type] = {
    "week": int,
    "student": str,
    "section": str,
    "group": str,
    "submitted_by": str,
    "attempt": int,
    "counted": bool,
    "submitted_at": str,
    "days_late": int,
    "run_id": str,
    "submission_hash": str,
    "course_hash": str,
    "environment_hash": str,
    "task": str,
    "task_title": str,
    "day": int,
    "task_verdict": str,
    "check": str,
    "sentence": str,
    "tier": str,
    "verdict": str,
    "points": float,
    "max_points": float,
    "cases_passed": int,
    "cases_total": int,
    "kind": str,
    "called": str,
    "expected": str,
    "got": str,
    "region": str,
    "hint": str,
    "seconds": float,
    "cpu_s": float,
    "speed_shape": str,
    "speed_verdict": str,
    "speed_unit": str,
    "speed_against": str,
    "speed_threshold": float,
    "speed_ratio": float,
    "speed_ratio_low": float,
    "speed_ratio_high": float,
    "speed_cpu_ratio": float,
}

Row = dict[str, Cell]


def final_total(grade: Grade) -> float | None:
    """Return what goes into a gradebook; None if nothing was handed in or staff has to look first."""
    return None if grade.counted is None or grade.pending else grade.total


def status(grade: Grade) -> str:
    """Return `graded`, `pending` (staff has to look first) or `none` (nothing that counts was handed in)."""
    if grade.pending:
        return "pending"
    return "none" if grade.counted is None else "graded"


def grades(result: ClassResult) -> bytes:
    """Return the grades of a class as CSV, one row per student in the order of the roster."""
    return csv_text(GRADE_COLUMNS, (_grade_row(result, grade) for grade in result.grades))


def _grade_row(result: ClassResult, grade: Grade) -> list[Cell]:
    student, counted = grade.student, grade.counted
    known: list[Cell] = [None] * 3 if counted is None else [grade.points, grade.extra, grade.penalty]
    return [
        student.id,
        student.name,
        student.email,
        student.section,
        student.group,
        status(grade),
        final_total(grade),
        *known,
        result.max_points,
        result.max_extra_points,
        len(grade.attempts),
        None if counted is None else counted.number,
        None if counted is None else counted.submitted_at,
        None if counted is None else counted.days_late,
        "; ".join(grade.reasons),
        grade.pending,
        None if counted is None else counted.problem,
        None if counted is None or counted.result is None else counted.result.run_id,
    ]


def check_rows(result: Result | ClassResult) -> Iterator[Row]:
    """Yield one row per student, attempt, task and check, with the keys of `CHECK_COLUMNS` in their order.

    An attempt without a result has no checks and so no row. A group's attempt comes once for every member.
    """
    if isinstance(result, Result):
        attempt = Attempt(result.student, 1, result.submission, result=result)
        yield from _attempt_rows(result, Student(result.student), attempt, counted=True)
        return
    for grade in result.grades:
        for attempt in grade.attempts:
            if attempt.result is not None:
                yield from _attempt_rows(attempt.result, grade.student, attempt, attempt == grade.counted)


def _attempt_rows(result: Result, student: Student, attempt: Attempt, counted: bool) -> Iterator[Row]:
    known: Row = {
        "week": result.week,
        "student": student.id,
        "section": student.section,
        "group": student.group,
        "submitted_by": attempt.student,
        "attempt": attempt.number,
        "counted": counted,
        "submitted_at": attempt.submitted_at,
        "days_late": attempt.days_late,
        "run_id": result.run_id,
        "submission_hash": result.hashes.get("submission", ""),
        "course_hash": result.hashes.get("course", ""),
        "environment_hash": result.hashes.get("environment", ""),
    }
    for task in result.tasks:
        for check in task.checks:
            yield {**known, **_check_row(task, check)}


def _check_row(task: TaskResult, check: CheckResult) -> Row:
    message, speed = check.message, check.speed
    return {
        "task": task.id,
        "task_title": task.title,
        "day": task.day,
        "task_verdict": task.verdict.value,
        "check": check.name,
        "sentence": check.sentence,
        "tier": check.tier.value,
        "verdict": check.verdict.value,
        "points": check.points,
        "max_points": check.max_points,
        "cases_passed": check.cases_passed,
        "cases_total": check.cases_total,
        "kind": message.kind if message else "",
        "called": message.called if message else "",
        "expected": message.expected if message else "",
        "got": message.got if message else "",
        "region": message.region if message else "",
        "hint": message.hint if message else "",
        "seconds": check.seconds,
        "cpu_s": check.cpu_s,
        "speed_shape": f"{speed.group}: {speed.label}" if speed else "",
        "speed_verdict": speed.verdict if speed else "",
        "speed_unit": speed.unit if speed else "",
        "speed_against": speed.against if speed else "",
        "speed_threshold": speed.threshold if speed else None,
        "speed_ratio": speed.wall[0] if speed else None,
        "speed_ratio_low": speed.wall[1] if speed else None,
        "speed_ratio_high": speed.wall[2] if speed else None,
        "speed_cpu_ratio": speed.cpu[0] if speed and speed.cpu else None,
    }


def checks_csv(rows: Iterable[Row]) -> bytes:
    """Return rows of checks as CSV."""
    return csv_text(tuple(CHECK_COLUMNS), (list(row.values()) for row in rows))


def checks_json_lines(rows: Iterable[Row]) -> bytes:
    """Return rows of checks as JSON lines in ASCII; a number that is not finite becomes null."""
    lines = (json.dumps({k: _finite(v) for k, v in row.items()}, allow_nan=False) + "\n" for row in rows)
    return "".join(lines).encode("ascii")


def _finite(value: Cell) -> Cell:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def checks_parquet(rows: Iterable[Row]) -> bytes:
    """Return rows of checks as a Parquet file.

    Raises:
        UsageError: pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed: pip install 'grader[parquet]' (or export jsonl)"
        ) from None
    kinds: dict[type, Any] = {
        str: pyarrow.string(),
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        bool: pyarrow.bool_(),
    }
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in CHECK_COLUMNS.items()])
    listed = [{k: _encodable(v) for k, v in row.items()} for row in rows]
    sink = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(listed, schema=schema), sink, compression="zstd")
    return sink.getvalue()


def _encodable(value: Cell) -> Cell:
    """Return a value that UTF-8 can hold: a lone surrogate becomes an escape."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
