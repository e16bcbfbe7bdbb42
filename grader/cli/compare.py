"""`grader compare RUN RUN`: two benchmarks or graded runs side by side, and what differs by more than noise."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.bench import replace_file
from grader.cli.options import DEFAULT_HOME, Home, writable_file
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.comparison import Run


def compare(
    before: Annotated[str, typer.Argument(help="A file of figures, or a run's id.", metavar="RUN")],
    after: Annotated[str, typer.Argument(help="The one to compare with it.", metavar="RUN")],
    html: Annotated[Path | None, typer.Option("--html", help="Write the table as a page here.")] = None,
    home: Home = DEFAULT_HOME,
) -> int:
    """Show two runs side by side: files of grader bench or grader submit, or ids of graded runs.

    A ratio above 1 means that the second run is slower. What lies within the intervals of both is called the same.

    [bold]Examples[/bold]

        grader compare reports/bench-monday.json reports/bench-today.json

        grader compare 20261124-0249 20261125-1810
    """
    from grader.cli.terminal import console
    from grader.comparison import compare as side_by_side
    from grader.export.compare_console import comparison_table
    from grader.report.compare_page import render_comparison

    if html is not None:
        writable_file(html, "page")
    found = side_by_side(_side(before, home), _side(after, home))
    if html is not None:
        replace_file(html, render_comparison(found))
    screen = console()
    screen.print(comparison_table(found))
    if html is not None:
        screen.print(f"page: {html}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _side(name: str, home: Path) -> Run:
    from grader.comparison import from_file, from_result
    from grader.store import Store

    path = Path(name)
    if path.is_file():
        return from_file(path)
    if path.suffix == ".json" or len(path.parts) > 1:
        raise UsageError(f"there is no file {name}")
    with Store.open(home) as store:
        result = store.load(name)
    return from_result(result, result.run_id)
