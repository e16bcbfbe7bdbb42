"""`grader history` and `grader show RUN`: what was graded before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli import complete
from grader.cli.options import DEFAULT_HOME, Home, writable_file, writable_folder


def history(
    student: Annotated[str | None, typer.Option("--student", help="Only this student's runs.")] = None,
    week: Annotated[
        str | None, typer.Option("--week", help="Only this week's runs.", autocompletion=complete.weeks)
    ] = None,
    home: Home = DEFAULT_HOME,
) -> int:
    """List the runs so far, newest last; a run that was cut off is shown as such.

    [bold]Examples[/bold]

        grader history

        grader history --student ada --week week1
    """
    from grader.cli.terminal import console
    from grader.course.catalog import find_week
    from grader.export.console import history_table
    from grader.store import Store

    number = find_week(week).number if week else None
    with Store.open(home) as store:
        rows = store.history(student, number)
    console().print(history_table(rows))
    return 0


def show(
    run: Annotated[
        str,
        typer.Argument(help="A run's id, or its beginning.", metavar="RUN", autocompletion=complete.runs),
    ],
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result file here.")] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write the HTML report into this folder.")
    ] = None,
    home: Home = DEFAULT_HOME,
) -> int:
    """Show a run again, with every message; write its report or its result file anew.

    [bold]Examples[/bold]

        grader show 20261124-0249

        grader show 20261124-024931-3f9a2c --report reports --json result.json
    """
    from grader.cli.terminal import console, one_line
    from grader.export.console import summary
    from grader.export.json_file import write_result
    from grader.report.render import write_student
    from grader.store import Store

    with Store.open(home) as store:
        result = store.load(run)
    lines = [f"note: {one_line(note)}" for note in result.notes]
    if json_file is not None:
        writable_file(json_file, "result file")
        write_result(result, json_file)
        lines.append(f"result file: {json_file}")
    if report is not None:
        writable_folder(report, "report folder")
        lines.append(f"report: {write_student(result, report)}")
    screen = console()
    screen.print(summary(result, limit=sum(len(task.checks) for task in result.tasks)))
    for line in lines:
        screen.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0
