"""`grader release`: the package that students get, as a folder or an archive, without an answer in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.interrupt import Interrupted
from grader.errors import UsageError


def release(
    target: Annotated[
        Path,
        typer.Argument(
            help="A new folder, or an archive whose name ends in .zip.", metavar="FOLDER|FILE.zip"
        ),
    ],
    week: Annotated[
        list[int] | None,
        typer.Option("--week", min=1, help="Only this week; may be repeated. All by default."),
    ] = None,
) -> int:
    """Write the students' package: skeleton, toolchain, simulator, public cases, and a grader without answers.

    [bold]Examples[/bold]

        grader release course-2026.zip

        grader release handout --week 1
    """
    from grader import paths
    from grader.cli.terminal import console
    from grader.course.catalog import COURSE
    from grader.release.package import Package

    known = {found.number: found for found in COURSE.weeks}
    for number in week or ():
        if number not in known:
            raise UsageError(f"there is no week {number}; known are {', '.join(map(str, known))}")
    chosen = [found for number, found in known.items() if not week or number in week]
    screen, progress = console(), console(stderr=True)

    def say(text: str) -> None:
        if progress.is_terminal:
            progress.print(text, style="dim", markup=False, highlight=False)

    try:
        done = Package(chosen, paths.reference(), say=say).write(target)
    except Interrupted as stop:
        stop.sentence = f"interrupted; {target} was not written"
        raise
    for part, size in sorted(done.by_part.items(), key=lambda item: -item[1]):
        screen.print(f"  {part:<16} {size:>12,} bytes", markup=False, highlight=False)
    text = f"released: {done.path}, {done.files} files, {done.size_bytes:,} bytes"
    if done.path.is_file():
        text += f", {done.path.stat().st_size:,} compressed"
    screen.print(text, markup=False, highlight=False, soft_wrap=True)
    return 0
