"""Looks through an instructor's folder: who handed in what, and opens one submission after the other.

Four layouts are known, and told from each other by what is there:

* Gradescope's export, by its `submission_metadata.yml` (`gradescope`);
* Canvas's download, if most files are named as Canvas names them (`canvas`);
* a folder, an archive or a git repository for each student (`folders`);
* where a roster has a column `submission` or `repo`, what that column says, whatever it is called.

Each may also be one zip, as it was downloaded: it stays packed, and each submission is taken out of it when it is
opened. Nothing is opened while looking. Whatever is nobody's submission is refused with a reason, and costs the others
nothing; what systems leave behind (`.DS_Store`, `__MACOSX`, hidden files) is passed over.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.class_result import Student
from grader.classroom import archives, canvas, folders, gradescope, repositories
from grader.classroom.collection import Collection
from grader.classroom.found import Found, Intake
from grader.classroom.identities import Students, Unknown
from grader.classroom.places import Place, Tree, on_disk
from grader.classroom.roster import Roster
from grader.errors import CannotJudge, SubmissionRejected, UsageError
from grader.worker.submission import find, shown

__all__ = ["Found", "Intake", "discover", "opened"]

ROOM = "submission"  # what an unpacked submission is called, so that nothing depends on a temporary name


def discover(folder: Path, roster: tuple[Student, ...]) -> Intake:
    """Return everything that a folder of submissions holds.

    Args:
        folder: The folder, or a zip of it.
        roster: As `roster.read` returns it; empty: whoever hands something in is a student.

    Raises:
        UsageError: no such folder, too many names in it, or metadata of a learning platform that cannot be read.
    """
    known = roster if isinstance(roster, Roster) else Roster(roster)
    into = Collection(Students(known))
    for refused in known.refused:
        into.refuse(refused.source, refused.reason, refused.student)
    for note in known.notes:
        into.note(note)
    if os.path.isdir(folder):
        _look(on_disk(folder), known, into)
        return into.result()
    if not os.path.exists(folder):
        raise UsageError(f"there is no folder {shown(folder)}")
    if archives.ending(folder.name).lower() != ".zip":
        raise UsageError(f"{shown(folder)} is no folder and no zip of one")
    try:
        tree = Tree(folder)
    except Exception as error:  # whatever damage makes zipfile raise
        raise UsageError(f"the archive {shown(folder)} cannot be read: {archives.reason(error)}") from None
    try:
        _look(_inner(tree.root(), into), known, into)
    finally:
        tree.close()
    return into.result()


@contextmanager
def opened(found: Found, room: Path, notes: list[str] | None = None) -> Iterator[Path]:
    """Give a submission as a plain folder, for as long as the context lasts.

    Args:
        found: What to open.
        room: A folder for what has to be unpacked; it is left as it was.
        notes: Where to add what was left out while unpacking.

    Raises:
        SubmissionRejected: it cannot be opened: damaged, beyond a bound, changed into something else since.
        CannotJudge: the disk is full, or there is no git.
    """
    if found.kind == "folder":
        yield _without_junk(found)
        return
    place = _free(room)
    try:
        if found.kind == "git":
            repository = repositories.find(found.path)
            if repository is None:
                raise SubmissionRejected(f"{found.source} is no git repository any more")
            left_out = repositories.export(repository, found.commit, place, found.source)
        else:
            left_out = archives.unpack(found.path, place, found.inside, found.source)
        if notes is not None:
            notes += left_out
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _look(root: Place, roster: Roster, into: Collection) -> None:
    try:
        export = gradescope.root_of(root)
        places = root.children()
    except SubmissionRejected as error:
        raise UsageError(f"the folder of submissions {shown(root.path)} cannot be taken: {error}") from None
    if export is not None:
        gradescope.take(export, into)
        return
    claimed = _listed(root, roster, into)
    if roster.path is not None:
        claimed.append(roster.path)
    heap = canvas.is_download(places)
    for place in places:
        if place.tree is None and any(_holds(place.path, path) for path in claimed):
            continue
        if not heap or not canvas.take(place, into):
            folders.take(place, into)


def _listed(root: Place, roster: Roster, into: Collection) -> list[Path]:
    """Add what columns of the roster point at; return those paths, so that nothing is found twice."""
    claimed = []
    for column, where in (("submission", roster.places), ("repo", roster.repos)):
        for id_, text in where.items():
            if root.tree is not None:
                into.refuse(
                    f"roster, column {column}: {text}", "a path, and the submissions are in an archive", id_
                )
                continue
            place = folders.listed(into.students.get(id_), text, root, into, column)
            if place is not None:
                claimed.append(place.path)
    return claimed


def _holds(place: Path, path: Path) -> bool:
    """Tell whether `path` is `place` or lies in it, as the two are written."""
    return Path(os.path.abspath(path)).is_relative_to(os.path.abspath(place))


def _inner(root: Place, into: Collection) -> Place:
    """Return the folder in an archive that everything lies in, unless that is a student's."""
    try:
        inner = root.children()
    except SubmissionRejected:
        return root
    if len(inner) != 1 or not inner[0].is_folder:
        return root
    if into.students.closed:
        with suppress(Unknown):
            folders.whose(inner[0].name, into)
            return root
    return inner[0]


def _without_junk(found: Found) -> Path:
    """Return the folder itself, or the only one in it if junk beside that would hide that it is the only one."""
    path = found.path
    if os.path.islink(path) or not os.path.isdir(path):
        raise SubmissionRejected(f"{found.source} is no folder any more")
    try:
        names = [name for name in os.listdir(path) if not name.startswith(".")]
    except OSError as error:
        raise SubmissionRejected(f"{found.source} cannot be read: {error.strerror}") from None
    inner = [name for name in names if not archives.is_junk(name) and (path / name).is_dir()]
    if len(inner) == 1 and any(archives.is_junk(name) for name in names):
        try:
            find(path)
        except SubmissionRejected:
            return path / inner[0]
    return path


def _free(room: Path) -> Path:
    """Make a folder in `room`, with the same name for everything that is opened alone."""
    try:
        room.mkdir(parents=True, exist_ok=True)
        for number in range(1, 10_000):
            place = room / (ROOM if number == 1 else f"{ROOM}-{number}")
            with suppress(FileExistsError):
                place.mkdir()
                return place
    except OSError as error:
        raise CannotJudge(f"nothing can be unpacked in {shown(room)}: {error.strerror}") from None
    raise CannotJudge(f"there are too many folders in {shown(room)}")
