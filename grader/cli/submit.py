"""`grader submit week1`: grade a submission with public and hidden cases, record the run, write the report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import complete
from grader.cli.interrupt import Interrupted
from grader.cli.options import (
    DEFAULT_HOME,
    Home,
    Submission,
    Unsafe,
    user,
    writable_file,
    writable_folder,
)
from grader.errors import CannotJudge, GraderError, UsageError

if TYPE_CHECKING:
    from grader.cli.progress import Progress
    from grader.course.model import Week
    from grader.result import Result


def submit(
    week: Annotated[
        str, typer.Argument(help="The week, such as week1.", metavar="WEEK", autocompletion=complete.weeks)
    ],
    submission: Submission = Path("."),
    student: Annotated[
        str, typer.Option("--student", help="The name to record the run under; the default is yours.")
    ] = "",
    task: Annotated[
        list[str] | None,
        typer.Option("--task", "-t", help="Only this task; may be repeated.", autocompletion=complete.tasks),
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
    """Grade a submission: every task, public and hidden cases; record it and write an HTML report.

    A run that was cut off is taken up where it stopped: give the same command again.

    [bold]Examples[/bold]

        grader submit week1

        grader submit week1 --submission ~/tiny-llm --student ada --json result.json

        grader submit week1 --task 1.3.1 --task 1.3.2
    """
    from grader.course.catalog import find_week

    found = find_week(week)
    tasks = chosen_tasks(found, task or [])
    order = Order(found, submission, student or user(), tasks, seed, unsafe, home)
    order.reject()
    writable_folder(report, "report folder")
    if json_file is not None:
        writable_file(json_file, "result file")
    return publish(order.grade(), report, json_file)


def chosen_tasks(week: Week, names: list[str]) -> tuple[str, ...]:
    """Return the tasks of a week that are named, in its order.

    Raises:
        UsageError: there is no such task, or it belongs to another week.
    """
    from grader.course.catalog import find_task

    wanted = [name.strip() for name in names]
    for name in wanted:
        owner, _ = find_task(name)
        if owner.number != week.number:
            raise UsageError(f"task {name} belongs to week {owner.number}, not to week {week.number}")
    return tuple(t.id for t in week.tasks if t.id in wanted)


@dataclass(frozen=True)
class Order:
    """What is to be graded, and for whom."""

    week: Week
    submission: Path
    student: str
    tasks: tuple[str, ...]
    seed: int | None
    unsafe: bool
    home: Path

    def reject(self) -> None:
        """Look at the submission before anything is started or made.

        Raises:
            SubmissionRejected: there is nothing to grade.
        """
        from grader.worker.submission import find

        find(self.submission)

    def grade(self) -> Result:
        """Grade with live progress and return the recorded result."""
        from grader.cli.progress import Progress

        tasks = [t for t in self.week.tasks if not self.tasks or t.id in self.tasks]
        progress = Progress((task, check) for task in tasks for check in task.checks)
        try:
            with progress:
                return self._run(progress)
        except Interrupted as stop:
            stop.sentence = _kept(progress)
            raise

    def _run(self, progress: Progress) -> Result:
        from grader.run import identity
        from grader.run.runner import Request, Resources, Runner
        from grader.store import Store

        request = Request(self.week, self.submission, self.student, self.tasks, self.seed, unsafe=self.unsafe)
        with ExitStack() as stack:
            store = stack.enter_context(Store.open(self.home))
            number = identity.secret_seed(self.home) if self.seed is None else self.seed
            resources = Resources.open(number, stack)
            return Runner(resources, store, self.home / "errors.log").grade(request, progress.done)


def _kept(progress: Progress) -> str:
    if not progress.finished:
        return "interrupted before the first check was finished"
    return (
        f"interrupted; {progress.finished} of {progress.total} checks are finished and kept, "
        "and the same command goes on from there"
    )


def publish(result: Result, report: Path, json_file: Path | None) -> int:
    """Write the files, print the result, and return the exit code.

    The files come first, so that a reader of the output who goes away costs nothing, and a file that cannot be
    written costs neither the other one nor what is printed.

    Raises:
        CannotJudge: a file could not be written.
        Exception: the grader failed in writing one.
    """
    from grader.cli.terminal import console, one_line
    from grader.export.console import summary
    from grader.report.render import write_student

    problems: list[Exception] = []
    lines: list[str] = []
    if json_file is not None:
        lines += _written("result file", partial(_write_json, result, json_file), problems)
    lines += _written("report", partial(write_student, result, report), problems)
    screen = console()
    screen.print(summary(result))
    for line in [*(f"note: {one_line(note)}" for note in result.notes), *lines]:
        screen.print(line, markup=False, highlight=False, soft_wrap=True)
    for problem in problems:
        if not isinstance(problem, GraderError):
            raise problem
    if problems:
        texts = (str(p).removesuffix(" The run is in the history.").rstrip(".") for p in problems)
        raise CannotJudge(f"{'; '.join(texts)} (the run is recorded: grader show {result.run_id})")
    return result.exit_code


def _write_json(result: Result, path: Path) -> Path:
    from grader.export.json_file import write_result

    write_result(result, path)
    return path


def _written(what: str, write: Callable[[], Path], problems: list[Exception]) -> list[str]:
    try:
        return [f"{what}: {write()}"]
    except Exception as error:
        problems.append(error)
        return []
