"""What the terminal shows of a class, and of what changed between two runs over it: renderables for rich."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Protocol

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table

from grader.class_result import ClassResult
from grader.export.console import plain
from grader.result import Verdict

MOST = 40  # lines of a list; the rest is counted


class _TaskChange(Protocol):
    @property
    def task(self) -> str: ...
    @property
    def before(self) -> Verdict | None: ...
    @property
    def after(self) -> Verdict | None: ...
    @property
    def points(self) -> float: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...


class Change(Protocol):
    """One student whose grade differs, as `grader.classroom.changes` finds it."""

    @property
    def student(self) -> str:
        """Id."""

    @property
    def before(self) -> float:
        """Total in the first run."""

    @property
    def after(self) -> float:
        """Total in the second run."""

    @property
    def gain(self) -> float:
        """The difference."""

    @property
    def tasks(self) -> Sequence[_TaskChange]:
        """What differs by task."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """What differs beyond tasks."""


def class_summary(result: ClassResult, graded: int) -> RenderableType:
    """Return how the class stands in a few lines, and everything that staff has to look at."""
    there = [g for g in result.grades if g.counted is not None]
    parts: list[RenderableType] = [
        plain(f"{result.title}, run {result.run_id}", style="bold"),
        plain(
            f"{sum(bool(g.attempts) for g in result.grades)} of {len(result.grades)} students handed in, "
            f"{sum(len(g.attempts) for g in result.grades)} attempts; {graded} results made, the others were known"
        ),
    ]
    if there:
        middle = median(g.points for g in there)
        parts.append(plain(f"median {middle:g} of {result.max_points:g} core points"))
        parts.append(_tasks(result))
    for what, lines in _for_staff(result).items():
        parts.append(plain(f"\n{what}: {len(lines)}", style="bold"))
        parts += [plain(f"  {line}") for line in lines[:MOST]]
        if len(lines) > MOST:
            parts.append(plain(f"  and {len(lines) - MOST} more: they are in the report"))
    return Group(*parts)


def _tasks(result: ClassResult) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for name in ("task", "title", *(v.value for v in Verdict)):
        table.add_column(name, justify="left" if name in ("task", "title") else "right")
    tasks: dict[str, tuple[str, list[Verdict]]] = {}
    for attempt in result.graded:
        for task in attempt.result.by_day if attempt.result else ():
            tasks.setdefault(task.id, (task.title, []))[1].append(task.verdict)
    for task_id, (title, verdicts) in tasks.items():
        counts = (str(verdicts.count(v) or "") for v in Verdict)
        table.add_row(plain(task_id), plain(title), *counts)
    return table


def _for_staff(result: ClassResult) -> dict[str, list[str]]:
    attempts = {(a.student, a.number): a for g in result.grades for a in g.attempts}.values()
    found = {
        "not graded": [f"{a.student}, {a.source}: {a.problem}" for a in attempts if a.problem],
        "refused": [f"{r.source}: {r.reason}" for r in result.refused],
        "pending": [f"{g.student.id}: {g.pending}" for g in result.grades if g.pending],
        "another score for the same submission": [
            f"{', '.join(a.students)}: {a.before}, then {a.after}: {'; '.join(a.checks)}"
            for a in result.alarms
        ],
        "notes": list(result.notes),
    }
    return {what: lines for what, lines in found.items() if lines}


def changes_table(changes: Sequence[Change], old: str, new: str) -> RenderableType:
    """Return one line per student whose grade differs, with the tasks and the reasons below it."""
    gains = [c for c in changes if c.gain > 0]
    losses = [c for c in changes if c.gain < 0]
    parts: list[RenderableType] = [
        plain(
            f"run {old} to run {new}: {len(gains)} gain, {len(losses)} lose, "
            f"{len(changes) - len(gains) - len(losses)} differ without points",
            style="bold",
        )
    ]
    for change in changes:
        parts.append(plain(f"{change.student}  {change.before:g} to {change.after:g} ({change.gain:+g})"))
        parts += [plain(f"    {text}") for text in change.reasons]
        for task in change.tasks:
            verdicts = [v.value if v else "none" for v in (task.before, task.after)]
            parts.append(plain(f"    {task.task}  {verdicts[0]} to {verdicts[1]} ({task.points:+g})"))
            parts += [plain(f"      {text}") for text in task.reasons]
    return Group(*parts)
