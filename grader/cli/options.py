"""Options that several commands share, and where the grader keeps its data."""

from __future__ import annotations

import errno
import getpass
import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from grader.errors import CannotJudge, UsageError

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
    except (KeyError, OSError):  # a user id without a name, and no variable that tells one
        return os.environ.get("USER", "student")


def writable_folder(folder: Path, what: str) -> None:
    """Make `folder` and try to write into it, before a run is made whose report would be lost.

    Raises:
        UsageError: there is a file in its place.
        CannotJudge: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:  # has no name: a kill leaves nothing behind
            probe.write(b"x")
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"the {what} {folder} is not a folder") from None
    except OSError as error:
        raise CannotJudge(f"the {what} {folder} cannot be written: {_reason(error)}") from None


def writable_file(path: Path, what: str) -> None:
    """Do the same for the folder of a file.

    Raises:
        UsageError: `path` is a folder, or lies in something that is none.
        CannotJudge: it cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"the {what} {path} is a folder; give the name of a file in it")
    writable_folder(path.absolute().parent, f"folder of the {what}")


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return "it is read-only"
    return error.strerror or type(error).__name__
