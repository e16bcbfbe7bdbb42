"""The course: every week that can be graded, and how to find a week or a task by what a user typed."""

from __future__ import annotations

import difflib

from grader.course.model import Course, Task, Week
from grader.course.weeks import WEEKS
from grader.errors import UsageError

COURSE = Course("Serving Qwen2 from scratch", WEEKS)


def find_week(text: str) -> Week:
    """Return the week called "week1" or "1".

    Raises:
        UsageError: no such week; names the nearest.
    """
    names = {f"week{week.number}": week for week in COURSE.weeks}
    wanted = text.strip().lower()
    if wanted in names:
        return names[wanted]
    if f"week{wanted}" in names:
        return names[f"week{wanted}"]
    raise UsageError(f"there is no {text!r}; {_nearest(wanted, list(names))}")


def find_task(text: str) -> tuple[Week, Task]:
    """Return the task with the id "1.3.1", and its week.

    Raises:
        UsageError: no such task; names the nearest.
    """
    tasks = {task.id: (week, task) for week in COURSE.weeks for task in week.tasks}
    if text.strip() in tasks:
        return tasks[text.strip()]
    raise UsageError(f"there is no task {text!r}; {_nearest(text.strip(), list(tasks))}")


def _nearest(wanted: str, names: list[str]) -> str:
    close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(names)}"
