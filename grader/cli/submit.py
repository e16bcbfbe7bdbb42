"""`grader submit week1`: grade a submission with public and hidden cases, record the run, write the report."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.options import DEFAULT_HOME, Home, Submission, Unsafe, user, writable_folder
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.course.model import Week
    from grader.result import Result


def submit(
    week: Annotated[str, typer.Argument(help="week1")],
    submission: Submission = Path("."),
    student: Annotated[str, typer.Option("--student", help="The name to record the run under.")] = "",
    task: Annotated[
        list[str] | None, typer.Option("--task", "-t", help="Only this task; may be repeated.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, help="Seed of the hidden cases; the default is this installation's."),
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result file here.")] = None,
    report: Annotated[Path, typer.Option("--report", help="Folder for the HTML report.")] = Path("reports"),
    unsafe: Unsafe = False,
    home: Home = DEFAULT_HOME,
) -> int:
    """Grade a submission: every task, public and hidden cases; write an HTML report."""
    from grader.course.catalog import find_week

    found = find_week(week)
    tasks = _tasks(found, task or [])
    writable_folder(report, "report folder")
    if json_file is not None:
        writable_folder(json_file.resolve().parent, "folder for the result file")
    result = grade(found, submission, student or user(), tasks, seed, unsafe, home)
    return publish(result, report, json_file)


def _tasks(week: Week, names: list[str]) -> tuple[str, ...]:
    from grader.course.catalog import find_task

    for name in names:
        owner, _ = find_task(name)
        if owner.number != week.number:
            raise UsageError(f"task {name} belongs to week {owner.number}, not to week {week.number}")
    return tuple(t.id for t in week.tasks if t.id in names)


def grade(
    week: Week,
    submission: Path,
    student: str,
    tasks: tuple[str, ...],
    seed: int | None,
    unsafe: bool,
    home: Path,
) -> Result:
    """Grade with live progress and return the recorded result."""
    from grader.cli.progress import Progress
    from grader.run import identity
    from grader.run.runner import Request, Resources, Runner
    from grader.store import Store
    from grader.worker.submission import find

    find(submission)  # rejected before anything is started
    request = Request(week, submission, student, tasks, seed, unsafe=unsafe)
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(home))
        number = identity.secret_seed(home) if seed is None else seed
        progress = stack.enter_context(Progress(request.selected))
        resources = Resources.open(number, stack)
        return Runner(resources, store, home / "errors.log").grade(request, progress.done)


def publish(result: Result, report: Path, json_file: Path | None) -> int:
    """Print the result, write the files, and return the exit code."""
    from rich.console import Console

    from grader.export.console import summary
    from grader.export.json_file import write_result
    from grader.report.render import write_student

    console = Console()
    console.print(summary(result))
    if json_file is not None:
        write_result(result, json_file)
        console.print(f"result file: {json_file}", markup=False, highlight=False, soft_wrap=True)
    path = write_student(result, report)
    console.print(f"report: {path}", markup=False, highlight=False, soft_wrap=True)
    return result.exit_code
