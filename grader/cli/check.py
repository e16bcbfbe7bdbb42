"""`grader check 1.3.1`: the public cases of a task, with all numbers; the student's inner loop. Records nothing."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.options import Submission, Unsafe
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.course.model import Task, Week


def check(
    what: Annotated[str, typer.Argument(help="A task (1.3.1) or a week (week1).")],
    submission: Submission = Path("."),
    case: Annotated[int | None, typer.Option("--case", min=1, help="Only this public case.")] = None,
    unsafe: Unsafe = False,
) -> int:
    """Check the public cases of a task or a week, and show every number of what is wrong."""
    from rich.console import Console

    from grader.cli.progress import Progress
    from grader.export.console import summary
    from grader.run.runner import Request, Resources, Runner
    from grader.run.session import PUBLIC_SEED
    from grader.worker.submission import find

    week, tasks = _find(what)
    if case is not None:
        _check_case(tasks, case)
    find(submission)
    selected = tuple(t.id for t in tasks)
    request = Request(week, submission, tasks=selected, include_hidden=False, unsafe=unsafe, only_case=case)
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(request.selected))
        resources = Resources.open(PUBLIC_SEED, stack)
        result = Runner(resources).grade(request, progress.done)
    Console().print(summary(result, limit=20))
    return result.exit_code


def _find(what: str) -> tuple[Week, tuple[Task, ...]]:
    from grader.course.catalog import find_task, find_week

    if what.strip()[:1].isdigit() and "." in what:
        week, task = find_task(what)
        return week, (task,)
    week = find_week(what)
    return week, week.tasks


def _check_case(tasks: tuple[Task, ...], case: int) -> None:
    if len(tasks) != 1:
        raise UsageError("--case goes with one task, such as: grader check 1.3.1 --case 2")
    last = sum(c.public_cases for c in tasks[0].checks)
    if case > last:
        raise UsageError(f"task {tasks[0].id} has the public cases 1 to {last}, not {case}")
