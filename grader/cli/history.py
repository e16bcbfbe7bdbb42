"""`grader history` and `grader show RUN`: what was graded before."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.options import DEFAULT_HOME, Home


def history(
    student: Annotated[str | None, typer.Option("--student", help="Only this student's runs.")] = None,
    week: Annotated[str | None, typer.Option("--week", help="Only this week's runs.")] = None,
    home: Home = DEFAULT_HOME,
) -> int:
    """List the runs so far, newest last; cut-off runs are shown as such."""
    from rich.console import Console

    from grader.course.catalog import find_week
    from grader.export.console import history_table
    from grader.store import Store

    number = find_week(week).number if week else None
    with Store.open(home) as store:
        rows = store.history(student, number)
    Console().print(history_table(rows))
    return 0


def show(
    run: Annotated[str, typer.Argument(help="A run's id, or its beginning.")],
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result file here.")] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write the HTML report into this folder.")
    ] = None,
    home: Home = DEFAULT_HOME,
) -> int:
    """Show a run again; write its report or its result file anew."""
    from rich.console import Console

    from grader.export.console import summary
    from grader.export.json_file import write_result
    from grader.report.render import write_student
    from grader.store import Store

    with Store.open(home) as store:
        result = store.load(run)
    console = Console()
    console.print(summary(result, limit=20))
    if json_file is not None:
        write_result(result, json_file)
    if report is not None:
        console.print(
            f"report: {write_student(result, report)}", markup=False, highlight=False, soft_wrap=True
        )
    return 0
