"""The plain layout: a folder, an archive or a git repository for each student, named after them.

A name is, in this order:

1. the student: an id, an e-mail address, a login or a person's name of the roster, whatever its letter case;
2. the student and a moment: `s017@2026-11-24T0249Z.zip`, `s017_2026-11-24T02-49-00Z/`;
3. the student and something else at a separator, if that fits one student only: `s017_homework.zip`, `hw2-octocat/`.

Without a roster everything has a name of the first or the second kind, and the name is the id.

A student's folder with files of Python in it, or with anything but archives and folders named by moments, is one
submission. If it holds folders or archives that are named by moments (`s017/2026-11-24T02-49-00Z/`), each of those is
an attempt. If it holds nothing but one archive, that is the submission. If it is a git repository, the newest commit of
its default branch is.
"""

from __future__ import annotations

import os
from contextlib import suppress

from grader.class_result import Student
from grader.classroom import repositories, times
from grader.classroom.collection import Collection
from grader.classroom.identities import NotInRoster, Unknown
from grader.classroom.places import Place
from grader.errors import SubmissionRejected
from grader.worker.submission import shown

SEVERAL = "several archives: name them by the moment they were handed in, or keep one"


def take(place: Place, into: Collection) -> None:
    """Add what one file or folder of the plain layout holds."""
    if not place.is_folder and not place.is_archive:
        reason = (
            "a file that is no archive" if place.is_file else "a link or a device: those are not followed"
        )
        into.refuse(place, reason)
        return
    try:
        student, time = whose(place.stem, into)
    except Unknown as error:
        into.refuse(place, str(error))
        return
    if time:
        _zoned(times.split(place.stem)[1], place, into)
    attempts(student, place, time, into)


def whose(name: str, into: Collection) -> tuple[Student, str]:
    """Return the student that a name means, and the moment in it: ISO 8601, UTC, or empty.

    Raises:
        Unknown: nobody, or several.
    """
    students = into.students
    head, moment = times.split(name)
    if not head:
        head, moment = name, ""
    time = times.to_utc(moment)
    if not students.closed:
        return students.find(head), time
    with suppress(NotInRoster):
        return students.find(name), ""
    with suppress(NotInRoster):
        return students.find(head), time
    return students.find_in(head), time


def attempts(student: Student, place: Place, time: str, into: Collection, guess: bool = True) -> None:
    """Add a student's archive, or what a student's folder holds: one submission, or several by moment.

    Args:
        student: Whose it is.
        place: The archive or the folder.
        time: When, as far as it is known.
        into: Where to.
        guess: Whether the file system may say when, if nothing else does.
    """
    if not place.is_folder or (place.tree is None and repositories.find(place.path)):
        into.take(student, place, time, guess=guess)
        return
    try:
        inner = place.children()
    except SubmissionRejected as error:
        into.refuse(place, str(error), student.id)
        return
    if not inner:
        into.refuse(place, "the folder is empty", student.id)
        return
    packages = [p for p in inner if p.is_folder or p.is_archive]
    dated = [p for p in packages if times.to_utc(p.stem)]
    if any(p.is_file and p.name.endswith(".py") for p in inner) or not packages:
        into.take(student, place, time, guess=guess)
    elif dated:
        for one in inner:
            if one in dated:
                _zoned(one.stem, one, into)
                _attempt(student, one, times.to_utc(one.stem), into)
            else:
                into.refuse(
                    one, "beside attempts that are named by moments, and not named by one", student.id
                )
    elif any(p.is_folder for p in packages):
        into.take(student, place, time, guess=guess)
    elif len(packages) == 1:
        into.take(student, packages[0], time, guess=guess)
    else:
        into.refuse(place, SEVERAL, student.id)


def _attempt(student: Student, place: Place, time: str, into: Collection) -> None:
    """Add one attempt: a folder, an archive, or a folder with nothing but an archive in it."""
    try:
        inner = place.children() if place.is_folder else []
    except SubmissionRejected as error:
        into.refuse(place, str(error), student.id)
        return
    if place.is_folder and not inner and not (place.tree is None and repositories.find(place.path)):
        into.refuse(place, "the folder is empty", student.id)
        return
    only = len(inner) == 1 and inner[0].is_archive
    into.take(student, inner[0] if only else place, time)


def listed(student: Student, text: str, root: Place, into: Collection, column: str) -> Place | None:
    """Add what a column of the roster says is a student's submission; return the place.

    Args:
        student: Whose.
        text: A path, absolute or relative to the folder of submissions.
        root: That folder.
        into: Where to.
        column: "submission" or "repo".
    """
    where = f"roster, column {column}: {shown(text)}"
    if "://" in text or text.startswith("git@"):
        into.refuse(where, "an address: clone it, and give the path of the clone", student.id)
        return None
    if shown(text) != text:
        into.refuse(where, "a path with characters that cannot be printed", student.id)
        return None
    path = root.path / text
    is_link = os.path.islink(path)
    is_folder, is_file = os.path.isdir(path) and not is_link, os.path.isfile(path) and not is_link
    place = Place(path, path.name, text, is_folder, is_file)
    if not (place.is_folder or place.is_archive):
        what = "a link" if is_link else "no archive and no folder" if os.path.exists(path) else "not there"
        into.refuse(where, f"{what}, seen from {root.name}", student.id)
    elif column == "repo" and not (place.is_folder and repositories.find(path)):
        into.refuse(where, "no git repository", student.id)
    else:
        attempts(student, place, "", into)
    return place


def _zoned(name: str, place: Place, into: Collection) -> None:
    if not times.has_zone(name):
        into.remark("the moment in a name has no time zone, and is read as UTC", place)
