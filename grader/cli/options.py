"""Options that several commands share, and where the grader keeps its data."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Annotated

import typer

from grader.errors import CannotJudge

Submission = Annotated[
    Path,
    typer.Option(
        "--submission", "-s", help="The folder to grade: a package, a project with one, a checkout."
    ),
]
Home = Annotated[
    Path,
    typer.Option(
        "--home", envvar="GRADER_HOME", help="Where history and journals are kept.", show_default=".grader"
    ),
]
Unsafe = Annotated[
    bool,
    typer.Option("--unsafe", help="Grade although a layer of the sandbox is missing; the result says so."),
]

DEFAULT_HOME = Path(".grader")


def user() -> str:
    """Return the name to record runs under when none is given."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return os.environ.get("USER", "student")


def writable_folder(folder: Path, what: str) -> None:
    """Make `folder` and try to write into it, before a run is made whose report would be lost.

    Raises:
        CannotJudge: it cannot be written.
    """
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        raise CannotJudge(f"the {what} {folder} cannot be written: {error.strerror}") from None
