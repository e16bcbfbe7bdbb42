"""`grader class`: grade a folder of submissions, write the report, regrade, and see what changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import complete
from grader.cli.options import DEFAULT_HOME, Home, Unsafe, writable_folder
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.class_result import ClassResult
    from grader.classroom.conduct import Means
    from grader.classroom.grading import ClassRun

class_app = typer.Typer(no_args_is_help=True, help="Grade a class: many submissions, one report.")

ClassPath = Annotated[Path, typer.Argument(help="The class's folder.", metavar="CLASS")]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=0, max=512, help="Processes on this machine; 0: one per CPU.")
]
Scheduler = Annotated[
    str, typer.Option("--scheduler", help='A Dask cluster in their place: "tcp://10.0.0.1:8786".')
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="Seed of the hidden cases; the default is secret.")
]


@class_app.command()
def grade(
    folder: Annotated[Path, typer.Argument(help="What was handed in.", metavar="FOLDER")],
    week: Annotated[str, typer.Option("--week", "-w", help="The week.", autocompletion=complete.weeks)],
    out: Annotated[Path, typer.Option("--out", "-o", help="The class's folder; made if it is not there.")],
    roster: Annotated[Path | None, typer.Option("--roster", help="CSV: id, name, section, group.")] = None,
    policy: Annotated[Path | None, typer.Option("--policy", help="TOML: deadline, late days.")] = None,
    course: Annotated[str, typer.Option("--course", help="The name in headings.")] = "",
    task: Annotated[list[str] | None, typer.Option("--task", "-t", help="Only this task; repeat.")] = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = "",
    gates: Annotated[bool, typer.Option(help="Measure the speed of kernels.")] = True,
    sanitizers: Annotated[bool, typer.Option(help="Run sanitizers and the checks of the simulator.")] = True,
    last_only: Annotated[bool, typer.Option("--last-only", help="Only each student's last attempt.")] = False,
    again: Annotated[
        list[str] | None,
        typer.Option("--again", help="Grade this student though the result is known; all for everybody."),
    ] = None,
    seed: Seed = None,
    unsafe: Unsafe = False,
    home: Home = DEFAULT_HOME,
) -> int:
    """Grade every submission in a folder and write the class report.

    The folder holds a folder, an archive or a git repository for each student, or what Gradescope or Canvas gives as
    a bulk download. Cut off, the same command goes on; what is known is not graded again.

    [bold]Examples[/bold]

        grader class grade handed-in --week 2 --roster roster.csv --policy policy.toml --out class-week2
    """
    from grader.classroom import conduct, intake
    from grader.classroom import policy as rules
    from grader.classroom import roster as rosters
    from grader.classroom.folder import ClassFolder
    from grader.classroom.grading import Assignment
    from grader.cli.class_watch import Watch
    from grader.cli.submit import chosen_tasks
    from grader.course.catalog import find_week
    from grader.run import identity

    found = find_week(week)
    tasks = chosen_tasks(found, task or [])
    rules.read(policy)
    taken = intake.discover(folder, rosters.read(roster))
    writable_folder(out.absolute().parent, "folder of the class's folder")
    kept = ClassFolder.make(out)
    if policy is not None:
        kept.keep_policy(policy.read_bytes())
    left_out = [name for name, wanted in (("gates", gates), ("sanitizers", sanitizers)) if not wanted]
    number = identity.secret_seed(home) if seed is None else seed
    wanted = Assignment(found.number, tasks, tuple(left_out), number, course, unsafe)
    with Watch() as watch:
        run = conduct.grade(kept, wanted, taken, _means(jobs, scheduler), watch, again or [], last_only)
    return _publish(out, run)


@class_app.command()
def regrade(
    path: ClassPath,
    run: Annotated[str, typer.Option("--run", help="Whose submissions; the default is what counts.")] = "",
    jobs: Jobs = 0,
    scheduler: Scheduler = "",
    seed: Seed = None,
    home: Home = DEFAULT_HOME,
) -> int:
    """Grade the submissions of a class with the course as it is now, and show who gains and who loses.

    Nothing changes for anybody until the new run is accepted.

    [bold]Examples[/bold]

        grader class regrade class-week2

        grader class accept class-week2 0002
    """
    from grader.classroom import conduct
    from grader.classroom.folder import ClassFolder
    from grader.cli.class_watch import Watch
    from grader.run import identity

    kept = ClassFolder(path)
    number = run or kept.accepted() or next(iter(reversed(kept.runs())), "")
    secret = identity.secret_seed(home) if seed is None else seed
    with Watch() as watch:
        made = conduct.regrade(kept, number, secret, _means(jobs, scheduler), watch)
    return _publish(path, made)


@class_app.command()
def diff(
    path: ClassPath,
    old: Annotated[str, typer.Argument(help="A run; the default is what counts.", metavar="[OLD]")] = "",
    new: Annotated[str, typer.Argument(help="A run; the default is the newest.", metavar="[NEW]")] = "",
) -> int:
    """Show who gains and who loses between two runs, by task, with the reasons.

    [bold]Examples[/bold]

        grader class diff class-week2

        grader class diff class-week2 0001 0003
    """
    from grader.classroom.folder import ClassFolder

    kept = ClassFolder(path)
    first, last = old or kept.accepted(), new or next(iter(reversed(kept.runs())), "")
    if not first or not last:
        raise UsageError(f"nothing has been graded in {path} yet")
    _differences(path, first, last)
    return 0


@class_app.command()
def accept(path: ClassPath, run: Annotated[str, typer.Argument(help="Its number.", metavar="RUN")]) -> int:
    """Let a run count: reports and exports show it from now on.

    [bold]Examples[/bold]

        grader class accept class-week2 0002
    """
    from grader.classroom.folder import ClassFolder
    from grader.cli.terminal import console

    kept = ClassFolder(path)
    kept.accept(run)
    console().print(f"run {run.zfill(4)} counts now", highlight=False)
    return 0


@class_app.command()
def report(
    path: ClassPath,
    run: Annotated[str, typer.Option("--run", help="A run; the default is what counts.")] = "",
    names: Annotated[bool, typer.Option(help="--no-names leaves names and ids out, for sharing.")] = True,
    pages: Annotated[bool, typer.Option(help="Write each student's report, too.")] = True,
    policy: Annotated[Path | None, typer.Option("--policy", help="TOML: other rules from now on.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder for the pages; the default is in CLASS.")
    ] = None,
) -> int:
    """Write the class report and every student's own; grades are made of results by the kept rules.

    [bold]Examples[/bold]

        grader class report class-week2 --no-names --to shared
    """
    from grader.classroom import policy as rules
    from grader.classroom.folder import ClassFolder
    from grader.classroom.loading import load
    from grader.cli.terminal import console
    from grader.report.class_page import write_class

    kept = ClassFolder(path)
    if policy is not None:
        rules.read(policy)
        kept.keep_policy(policy.read_bytes())
    result = load(path, run or None)
    place = to or path / ("report" if names else "report-without-names")
    written = write_class(result, place, names=names, pages=pages and names)
    console().print(f"report: {written}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _means(jobs: int, scheduler: str) -> Means:
    from grader.classroom.conduct import Means

    return Means(jobs, scheduler)


def _publish(path: Path, run: ClassRun) -> int:
    """Write the report of what counts, print a summary of this run, and return the exit code."""
    from grader.classroom.loading import load
    from grader.cli.terminal import console
    from grader.export.class_console import class_summary
    from grader.report.class_page import write_class

    result = load(path, run.number)
    screen = console()
    screen.print(class_summary(result, run.graded))
    if run.folder.accepted() == run.number:
        written = write_class(result, path / "report")
        screen.print(f"report: {written}", markup=False, highlight=False, soft_wrap=True)
    else:
        accepted = run.folder.accepted()
        _differences(path, accepted, run.number)
        screen.print(
            f"run {accepted} still counts; grader class accept {path} {run.number} changes that",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    return exit_code(result)


def _differences(path: Path, old: str, new: str) -> None:
    from grader.classroom import changes
    from grader.classroom.loading import load
    from grader.cli.terminal import console
    from grader.export.class_console import changes_table

    found = changes.between(load(path, old), load(path, new))
    console().print(changes_table(found, old.zfill(4), new.zfill(4)))


def exit_code(result: ClassResult) -> int:
    """Return 4 if staff has to look at something that the grader could not do, otherwise 0."""
    problems = (a.fault for grade in result.grades for a in grade.attempts)
    return 4 if result.alarms or "grader" in problems else 0
