"""`grader export`: grades and checks in the form that a school's systems read; every file is written whole or not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import complete
from grader.cli.options import DEFAULT_HOME, Home, Unsafe
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.class_result import ClassResult
    from grader.export.canvas import Filled
    from grader.result import Result

SHOWN = 40  # names in a list for staff; the rest is counted

export_app = typer.Typer(no_args_is_help=True, help="Grades and checks for the systems of a school.")

ClassFolder = Annotated[
    Path | None, typer.Argument(help="The folder of a graded class.", metavar="[CLASS]", show_default=False)
]
RunNumber = Annotated[
    str, typer.Option("--run", help="The run of the class; the default is the accepted one.")
]
ResultFile = Annotated[
    Path | None, typer.Option("--json", help="The result file of one run (grader submit --json).")
]
Out = Annotated[Path, typer.Option("--out", "-o", help="The file to write; one that is there is replaced.")]
WeekName = Annotated[
    str,
    typer.Option("--week", help="The week, such as 2.", autocompletion=complete.weeks, show_default=False),
]


@export_app.command()
def gradescope(
    out: Out,
    week: WeekName = "",
    result: ResultFile = None,
    task: Annotated[
        list[str] | None,
        typer.Option("--task", "-t", help="Only this task; may be repeated.", autocompletion=complete.tasks),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, help="Seed of the hidden cases; the default is this installation's."),
    ] = None,
    minutes: Annotated[
        int, typer.Option("--minutes", min=1, max=600, help="When a run ends with what is finished.")
    ] = 35,
    visibility: Annotated[
        str, typer.Option("--visibility", help="visible, after_due_date, after_published or hidden.")
    ] = "visible",
    leaderboard: Annotated[bool, typer.Option(help="Points and speeds on Gradescope's leaderboard.")] = True,
    unsafe: Unsafe = False,
    home: Home = DEFAULT_HOME,
) -> int:
    """Build the autograder zip for Gradescope, or the results.json of one run.

    The zip holds the reference solution and the seed of the hidden cases: it is for Gradescope and staff.

    [bold]Examples[/bold]

        grader export gradescope --week 2 --out autograder.zip

        grader export gradescope --json result.json --out results.json
    """
    from grader.export.gradescope import VISIBILITIES, document_text, results

    if visibility not in VISIBILITIES:
        raise UsageError(f"--visibility ({visibility}) must be one of {', '.join(VISIBILITIES)}")
    if bool(week) == (result is not None):
        raise UsageError("give either --week for the autograder zip or --json for the results of one run")
    if result is not None:
        document = results(read_result(result), visibility=visibility, leaderboard=leaderboard)
        return _write(out, document_text(document))
    from grader.cli.submit import chosen_tasks
    from grader.course.catalog import find_week
    from grader.export.gradescope_zip import Settings, archive, project_files
    from grader.paths import ROOT
    from grader.run.identity import secret_seed

    found = find_week(week)
    number = secret_seed(home) if seed is None else seed
    settings = Settings(
        found.number, number, chosen_tasks(found, task or []), minutes * 60, visibility, leaderboard, unsafe
    )
    return _write(out, archive(project_files(ROOT), settings))


@export_app.command()
def canvas(
    folder: Annotated[Path, typer.Argument(help="The folder of a graded class.", metavar="CLASS")],
    gradebook: Annotated[Path, typer.Option("--gradebook", help="The gradebook as Canvas exported it.")],
    column: Annotated[str, typer.Option("--column", help='The column to fill: "Week 2 (1234)".')],
    out: Out,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace grades that the column has.")
    ] = False,
    run: RunNumber = "",
) -> int:
    """Fill one column of a Canvas gradebook with the totals; everything else stays byte for byte.

    [bold]Example[/bold]

        grader export canvas class --gradebook export.csv --column "Week 2 (1234)" --out import.csv
    """
    from grader.export.canvas import fill

    data = _read(gradebook, "gradebook")
    filled = fill(data, read_class(folder, run), column, overwrite)
    code = _write(out, filled.data)
    for text in canvas_notes(filled):
        print(text, file=sys.stderr)
    return code


@export_app.command()
def github(
    out: Out,
    week: WeekName = "",
    result: ResultFile = None,
    repository: Annotated[
        str, typer.Option("--repository", help="The one with the grader: owner/name.")
    ] = "",
    ref: Annotated[str, typer.Option("--ref", help="Branch, tag or commit of it.")] = "main",
) -> int:
    """Write the workflow for GitHub Classroom, or the JSON of one run for its reporter.

    [bold]Examples[/bold]

        grader export github --week 2 --repository school/grader --out classroom.yml

        grader export github --json result.json --out report.json
    """
    from grader.course.catalog import find_week
    from grader.export.github_classroom import report, workflow

    if bool(week) == (result is not None):
        raise UsageError("give either --week for the workflow or --json for the report of one run")
    if result is not None:
        return _write(out, json.dumps(report(read_result(result))).encode("ascii"))
    return _write(out, workflow(find_week(week).number, repository, ref).encode())


@export_app.command()
def junit(
    out: Out,
    result: Annotated[
        Path, typer.Option("--json", help="The result file of one run (grader submit --json).")
    ],
) -> int:
    """Write one run as JUnit XML.

    [bold]Example[/bold]

        grader export junit --json result.json --out junit.xml
    """
    from grader.export.junit import document

    return _write(out, document(read_result(result)))


@export_app.command()
def csv(
    out: Out,
    folder: ClassFolder = None,
    result: ResultFile = None,
    run: RunNumber = "",
    checks: Annotated[
        bool, typer.Option("--checks", help="A row for every check, not for every grade.")
    ] = False,
) -> int:
    """Write the grades of a class, or every check of a class or a run, as CSV.

    [bold]Examples[/bold]

        grader export csv class --out grades.csv

        grader export csv class --checks --out checks.csv
    """
    from grader.class_result import ClassResult
    from grader.export.table import check_rows, checks_csv, grades

    found = _source(folder, result, run)
    if isinstance(found, ClassResult) and not checks:
        return _write(out, grades(found))
    return _write(out, checks_csv(check_rows(found)))


@export_app.command()
def jsonl(out: Out, folder: ClassFolder = None, result: ResultFile = None, run: RunNumber = "") -> int:
    """Write every check of a class or a run as JSON lines.

    [bold]Example[/bold]

        grader export jsonl class --out checks.jsonl
    """
    from grader.export.table import check_rows, checks_json_lines

    return _write(out, checks_json_lines(check_rows(_source(folder, result, run))))


@export_app.command()
def parquet(out: Out, folder: ClassFolder = None, result: ResultFile = None, run: RunNumber = "") -> int:
    """Write every check of a class or a run as Parquet; needs pyarrow.

    [bold]Example[/bold]

        grader export parquet class --out checks.parquet
    """
    from grader.export.table import check_rows, checks_parquet

    return _write(out, checks_parquet(check_rows(_source(folder, result, run))))


def read_class(folder: Path, run: str = "") -> ClassResult:
    """Return the class in a folder."""
    from grader.classroom.loading import load

    return load(folder, run or None)


def read_result(path: Path) -> Result:
    """Return the run in a result file.

    Raises:
        UsageError: the file cannot be read or is no result file of this version.
    """
    from grader.result import Result

    try:
        return Result.from_json(json.loads(_read(path, "result file")))
    except KeyError as error:
        raise UsageError(f"{path} is no result file: it has no field {error}") from None
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{path} is no result file: {error}") from None


def _source(folder: Path | None, result: Path | None, run: str) -> Result | ClassResult:
    if folder is not None and result is not None:
        raise UsageError("give either the folder of a class or --json with a result file, not both")
    if folder is not None:
        return read_class(folder, run)
    if result is not None:
        return read_result(result)
    raise UsageError("give the folder of a class, or --json with a result file")


def canvas_notes(filled: Filled) -> list[str]:
    """Return what staff have to know about a filled gradebook, a line each."""
    lines = [f"{filled.filled} grades written", *(f"note: {note}" for note in filled.notes)]
    for what, names in (
        ("have a grade, but no certain row in the gradebook", filled.not_in_gradebook),
        ("have a row, but are not in the class", filled.not_in_class),
        ("have a grade that is not final, left as it was", filled.pending),
        ("are excused in Canvas, left as they were", filled.kept),
    ):
        if names:
            lines.append(f"{len(names)} {what}:")
            lines += [f"  {name}" for name in names[:SHOWN]]
            lines += [f"  and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return lines


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"the {what} {path} cannot be read: {error.strerror}") from None


def _write(out: Path, content: bytes) -> int:
    from grader.cli.terminal import one_line
    from grader.export.whole_file import write_whole

    write_whole(out, content)
    print(f"written: {one_line(str(out))} ({len(content):,} bytes)")
    return 0
