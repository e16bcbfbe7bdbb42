"""`grader submit week1` at home: shows what is handed in and what is not, and packs it into one archive."""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import complete
from grader.cli.options import Submission, user, writable_folder
from grader.errors import CannotJudge, GraderError, SubmissionRejected, UsageError

if TYPE_CHECKING:
    from grader.worker.submission import Snapshot

STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # of every file in an archive: the same files make the same bytes


def submit(
    week: Annotated[
        str, typer.Argument(help="The week, such as week1.", metavar="WEEK", autocompletion=complete.weeks)
    ],
    submission: Submission = Path("."),
    student: Annotated[
        str, typer.Option("--student", help="Your id, as the class knows you; the default is your user name.")
    ] = "",
    out: Annotated[Path, typer.Option("--out", help="The folder that gets the archive.")] = Path("."),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be sent.")] = False,
) -> int:
    """Pack a submission into an archive for the class grader; show what is in it and what is not.

    Nothing is graded here: grader check tries the public cases.

    [bold]Examples[/bold]

        grader submit week2 --student ada

        grader submit week2 --submission ~/tiny-llm --student ada --out ~/handed-in
    """
    from grader.cli.terminal import console, one_line
    from grader.course.catalog import find_week
    from grader.worker.submission import find, snapshot

    found = find_week(week)
    name = student or user()
    if not STUDENT.fullmatch(name):
        raise UsageError(
            f"the id {one_line(name)!r} must be letters, digits, '.', '_' and '-', at most 64 of them"
        )
    layout = find(submission)
    screen = console()
    with tempfile.TemporaryDirectory(prefix="grader-pack-") as folder:
        copy = snapshot(layout, Path(folder) / "snapshot")
        for title, lines in (("sent:", sizes(copy)), ("not sent:", copy.left_out)):
            for line in (title, *(f"  {line}" for line in lines)) if lines else ():
                screen.print(
                    one_line(line) if line == title else f"  {one_line(line)}", markup=False, highlight=False
                )
        if dry_run:
            return 0
        writable_folder(out, "folder for the archive")
        moment = datetime.now(timezone.utc)
        path = out / f"{name}-week{found.number}-{moment:%Y%m%dT%H%M%SZ}.zip"
        pack(copy, path)
        prove(copy, path, Path(folder))
    size = path.stat().st_size
    screen.print(f"archive: {path}, {size:,} bytes", markup=False, highlight=False, soft_wrap=True)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    screen.print(f"sha256:  {digest}", markup=False, highlight=False, soft_wrap=True)
    screen.print(
        f"grader check week{found.number} tries the public cases before you hand it in.", highlight=False
    )
    return 0


def sizes(copy: Snapshot) -> list[str]:
    """Return one line per file: its name and size."""
    return [f"{name} ({(copy.root / name).stat().st_size:,} bytes)" for name in copy.files]


def pack(copy: Snapshot, path: Path) -> None:
    """Write the files of a snapshot into a new zip archive.

    Raises:
        CannotJudge: it cannot be written.
    """
    try:
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
            for name in copy.files:
                entry = zipfile.ZipInfo(name, MIDNIGHT)
                entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
                archive.writestr(entry, (copy.root / name).read_bytes())
    except FileExistsError:
        raise CannotJudge(f"{path} exists already; try again in a second") from None
    except OSError as error:
        path.unlink(missing_ok=True)
        raise CannotJudge(f"{path} cannot be written: {error.strerror or error}") from error


def prove(copy: Snapshot, path: Path, folder: Path) -> None:
    """Unpack an archive as the class grader does, and make sure that it finds the same submission in it.

    Raises:
        SubmissionRejected: it does not; the archive is removed.
    """
    from grader.worker.submission import find, snapshot

    unpacked = folder / "unpacked"
    try:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(unpacked)
        again = snapshot(find(unpacked), folder / "again")
        if again.sha256 != copy.sha256:
            raise SubmissionRejected(
                "another submission than the one that was packed is found in the archive"
            )
    except GraderError as problem:
        path.unlink(missing_ok=True)
        place = copy.package_name
        raise SubmissionRejected(
            f"an archive of this layout cannot be graded: {problem}; rename the package's folder {place} to student"
        ) from problem
