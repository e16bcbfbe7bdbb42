"""`grader check 1.3.1`: the public cases of a task, with all numbers; the student's inner loop. Records nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import complete
from grader.cli.options import Submission, Unsafe
from grader.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.course.model import Check, Task, Week
    from grader.result import CheckResult, Result, TaskResult
    from grader.run.runner import Request, Resources

SHOWN_TABLES = 3  # checks whose numbers are shown when no case is asked for


def check(
    what: Annotated[
        str,
        typer.Argument(
            help="A task (1.3.1) or a week (week1).",
            metavar="TASK",
            autocompletion=complete.weeks_and_tasks,
        ),
    ],
    submission: Submission = Path("."),
    case: Annotated[int | None, typer.Option("--case", min=1, help="Only this public case.")] = None,
    unsafe: Unsafe = False,
) -> int:
    """Check the public cases of a task or a week, with the numbers of what is wrong; records nothing.

    [bold]Examples[/bold]

        grader check 1.3.1

        grader check 1.3.1 --case 2

        grader check week1 --submission ~/tiny-llm
    """
    from grader.cli.terminal import console
    from grader.worker.submission import find

    week, tasks = _find(what)
    if case is not None:
        _check_case(tasks, case)
    find(submission)
    with ExitStack() as stack:
        result, request, resources = _grade(stack, week, tasks, submission, case, unsafe)
        screen = console()
        _show(screen, result, tasks)
        for found in _numeric(result, tasks)[: None if case is not None else SHOWN_TABLES]:
            _show_numbers(screen, found, request, resources, with_inputs=case is not None)
    _show_end(screen, result, week, what, case)
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


def _grade(
    stack: ExitStack, week: Week, tasks: tuple[Task, ...], submission: Path, case: int | None, unsafe: bool
) -> tuple[Result, Request, Resources]:
    from grader.cli.progress import Progress
    from grader.run.runner import Request, Resources, Runner
    from grader.run.session import PUBLIC_SEED

    selected = tuple(t.id for t in tasks)
    request = Request(week, submission, tasks=selected, include_hidden=False, unsafe=unsafe, only_case=case)
    with Progress((t, c) for t in tasks for c in t.checks if case is None or _holds(t, c, case)) as progress:
        resources = Resources.open(PUBLIC_SEED, stack)
        return Runner(resources).grade(request, progress.done), request, resources


def _holds(task: Task, check: Check, case: int) -> bool:
    return task.first_case(check) <= case < task.first_case(check) + check.public_cases


def _show(screen: Console, result: Result, tasks: tuple[Task, ...]) -> None:
    """Print the table and the messages: all of a task's; of a week, the first of every task."""
    from grader.export.console import messages, table

    screen.print(table(result))
    screen.print()
    shown = result
    if len(tasks) > 1:
        shown = replace(result, tasks=tuple(replace(t, checks=_first_failed(t.checks)) for t in result.tasks))
    screen.print(messages(shown, limit=sum(len(t.checks) for t in shown.tasks)))


def _first_failed(checks: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    from grader.result import Tier, Verdict

    failed = [c for c in checks if c.verdict in (Verdict.FAIL, Verdict.ERROR)]
    failed.sort(key=lambda c: list(Tier).index(c.tier))
    return tuple(failed[:1])


def _numeric(result: Result, tasks: tuple[Task, ...]) -> list[tuple[Task, Check, int]]:
    """Return the failed checks that have numbers to show, each with its public case."""
    from grader.cli.numbers import NUMERIC

    by_name = {(t.id, c.name): (t, c) for t in tasks for c in t.checks}
    found = []
    for graded in result.tasks:
        for outcome in graded.checks if len(tasks) == 1 else _first_failed(graded.checks):
            number = re.search(r"--case (\d+)$", outcome.message.rerun if outcome.message else "")
            if outcome.message is not None and number and outcome.message.kind in NUMERIC:
                found.append((*by_name[graded.id, outcome.name], int(number.group(1))))
    return found


def _show_numbers(
    screen: Console,
    found: tuple[Task, Check, int],
    request: Request,
    resources: Resources,
    with_inputs: bool,
) -> None:
    from grader.cli.numbers import Replay, inputs, wrong_elements

    task, made, number = found
    with Replay(request.submission, request.week, resources, request.unsafe) as replay:
        case = replay.numbers(task, made, number)
    if case is None:  # another answer than before: nothing that could be shown side by side
        return
    screen.print(f"{task.id} case {number}: {made.sentence}", style="bold", markup=False, highlight=False)
    if with_inputs:
        for line in inputs(case):
            screen.print(f"  {line}", markup=False, highlight=False)
    screen.print(wrong_elements(case))
    screen.print()


def _show_end(screen: Console, result: Result, week: Week, what: str, case: int | None) -> None:
    from grader.cli.hidden import hidden_cases
    from grader.cli.terminal import one_line
    from grader.export.console import score_line

    for note in result.notes:
        screen.print(f"note: {one_line(note)}", markup=False, highlight=False, soft_wrap=True)
    if case is None:
        screen.print(score_line(result))
    for line in _elsewhere(result.tasks, week):
        screen.print(line, style="dim", markup=False, highlight=False)
    if result.exit_code == 0:
        scope = f"case {case}" if case is not None else "the public cases"
        screen.print(
            f"{what} passes {scope}; {hidden_cases(result.week)}",
            markup=False,
            highlight=False,
        )


def _elsewhere(graded: Iterable[TaskResult], week: Week) -> Iterator[str]:
    """Yield a line for the checks of a task that nothing here carries out, by reason."""
    from grader.course.model import Unavailable

    for task in graded:
        names: dict[str, list[str]] = {}
        shown = {check.name for check in task.checks}
        for check in week.task(task.id).checks:
            if isinstance(check, Unavailable) and check.name in shown:
                names.setdefault(check.reason, []).append(check.name)
        yield from (f"{task.id} {', '.join(found)}: {reason}" for reason, found in names.items())
