"""Who is where: a row per student, a column per task, and what stands first in the way of each.

Knows nothing about HTML.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from grader.class_result import ClassResult, Grade
from grader.report.class_clusters import first_failing
from grader.report.class_names import Naming
from grader.report.class_statistics import course_tasks
from grader.report.wording import visible
from grader.result import TaskResult, Verdict

LEFT = 3  # columns before the tasks: name, core points, bar
BLOCK = 10  # rows between two lines
NAME, REASON, GROUP = 24, 27, 10  # characters that the table has room for


@dataclass(frozen=True)
class Head:
    """The tasks of one chapter: what stands over their columns."""

    title: str  # "2.1"
    tasks: tuple[TaskResult, ...]
    short: tuple[str, ...]  # ".1", ".2"; empty for a chapter that is one task


@dataclass(frozen=True)
class Row:
    """One student."""

    grade: Grade
    label: str
    brief: str  # as much of it as the table has room for
    code: str
    link: str
    section: str
    group: str
    points: float | None  # None if there is none, or not yet
    extra: float
    total: float
    percent: float  # of the core points, 0 to 100
    cells: tuple[Verdict | None, ...]
    attempts: int
    stuck: str  # id of the first failing task
    why: str  # or why there is no verdict
    ruled: bool  # a line above


@dataclass(frozen=True)
class Matrix:
    """The whole table."""

    heads: tuple[Head, ...]
    tasks: tuple[TaskResult, ...]
    rows: tuple[Row, ...]
    tally: tuple[tuple[Verdict, int], ...]  # of all cells
    feet: tuple[
        tuple[str, tuple[int, ...], frozenset[int]], ...
    ]  # verdict, count per task, places of the largest
    sections: tuple[str, ...]
    groups: bool
    extra: bool  # there are extra points
    total: bool  # what counts differs from core and extra points

    @property
    def right(self) -> int:
        """Columns after the tasks: extra, what counts, attempts, first failing task, group."""
        return 2 + self.extra + self.total + self.groups

    @property
    def chapters(self) -> bool:
        """Whether columns need two lines of heads."""
        return any(head.short for head in self.heads)


def matrix(result: ClassResult, naming: Naming) -> Matrix:
    """Return the rows by core points, those without any last, and what stands over and under the columns."""
    graded = [attempt.result for attempt in result.graded if attempt.result is not None]
    tasks = course_tasks(graded)
    grades = sorted(result.grades, key=_rank)
    rows = tuple(_row(grade, place, tasks, result, naming) for place, grade in enumerate(grades))
    cells = Counter(cell for row in rows for cell in row.cells if cell is not None)
    named = naming.names
    return Matrix(
        heads=_heads(tasks),
        tasks=tasks,
        rows=rows,
        tally=tuple((kind, cells[kind]) for kind in Verdict),
        feet=tuple(_foot(kind, rows, len(tasks)) for kind in (Verdict.PASS, Verdict.FAIL, Verdict.SKIPPED)),
        sections=tuple(sorted({g.student.section for g in grades if g.student.section})) if named else (),
        groups=named and any(grade.student.group for grade in grades),
        extra=result.max_extra_points > 0 or any(grade.extra for grade in grades),
        total=any(abs(g.total - g.points - g.extra) > 1e-6 for g in grades if g.counted is not None),
    )


def points_of(grade: Grade) -> float | None:
    """Return the core points of a student; None if nothing was handed in, or the grader could not judge it."""
    counted = grade.counted
    return None if counted is None or counted.fault == "grader" else grade.points


def _rank(grade: Grade) -> tuple[int, float, float]:
    points = points_of(grade)
    return (2, 0, 0) if grade.counted is None else (1, 0, 0) if points is None else (0, -points, -grade.extra)


def _row(grade: Grade, place: int, tasks: Sequence[TaskResult], result: ClassResult, naming: Naming) -> Row:
    run = grade.counted.result if grade.counted is not None else None
    own = {task.id: task.verdict for task in run.tasks} if run is not None else {}
    points = points_of(grade)
    most = result.max_points or 1.0
    stuck, why = _stuck(grade, naming)
    label = naming.label(grade.student)
    return Row(
        grade=grade,
        label=label,
        brief=shortened(label, NAME),
        code=naming.codes[grade.student.id],
        link=naming.link(grade.student),
        section=grade.student.section if naming.names else "",
        group=shortened(grade.student.group, GROUP) if naming.names else "",
        points=points,
        extra=grade.extra,
        total=grade.total,
        percent=round(min(max(100 * (points or 0.0) / most, 0.0), 100.0), 2),
        cells=tuple(own.get(task.id) for task in tasks),
        attempts=len(grade.attempts),
        stuck=stuck,
        why=shortened(why, REASON),
        ruled=place > 0 and place % BLOCK == 0,
    )


def shortened(text: str, limit: int) -> str:
    """Return `text`, or as many of its first words as fit into `limit` characters, with three dots."""
    text = visible(" ".join(text.split()))
    if len(text) <= limit:
        return text
    words = text[: limit - 2].rpartition(" ")[0] or text[: limit - 3]
    return f"{words[: limit - 3]}..."


def _stuck(grade: Grade, naming: Naming) -> tuple[str, str]:
    """Return the first failing task and why it fails, or why there is nothing to say."""
    counted = grade.counted
    if counted is None:
        return "", "no attempt counts" if grade.attempts else "handed in nothing"
    if counted.result is None:
        blame = "the grader could not judge it" if counted.fault == "grader" else "cannot be graded"
        return "", naming.quoted(counted.problem) or blame
    found = first_failing(counted.result)
    return (found[0].id, naming.cleaned(found[1].words)) if found else ("", "")


def _heads(tasks: Sequence[TaskResult]) -> tuple[Head, ...]:
    heads = []
    for title, members in itertools.groupby(tasks, key=lambda task: ".".join(task.id.split(".")[:2])):
        own = tuple(members)
        short = tuple(task.id.removeprefix(title) for task in own)
        heads.append(Head(title, own, short if any(short) else ()))
    return tuple(heads)


def _foot(kind: Verdict, rows: Sequence[Row], width: int) -> tuple[str, tuple[int, ...], frozenset[int]]:
    counts = tuple(sum(row.cells[i] is kind for row in rows) for i in range(width))
    largest = sorted((n for n in counts if n), reverse=True)[:3] if kind is Verdict.FAIL else []
    bold = frozenset(i for i, n in enumerate(counts) if n in largest)
    return kind.value, counts, bold if len(bold) < width else frozenset()
