"""Canvas's "Download Submissions": a heap of files, each name saying whose it is.

    lovelaceada_340934_208490284_hw2.zip
    lovelaceada_LATE_340934_208490284_hw2-1.zip

That is the sortable name in small letters without anything but letters, digits and "_"; LATE for what is late; the
user's number in Canvas; the number of the file, which grows with time; and the file's name, with "-1" and so on when it
was handed in again. Of a group one member's name stands for all. An anonymous download has `anon_` and a code instead
of name and number. When something was handed in is nowhere in a download, so no time is guessed.

Source: `get_filename` and `add_upload_submission` in `lib/content_zipper.rb` of https://github.com/instructure/canvas-lms.
"""

from __future__ import annotations

import re

from grader.class_result import Student
from grader.classroom.collection import Collection
from grader.classroom.identities import NotInRoster, Unknown
from grader.classroom.places import Place
from grader.classroom.roster import printable

_NAME = re.compile(
    r"(?:(?P<who>\w+?)_)??(?P<late>LATE_)?(?P<user>\d+|anon_[^\W_]+)_(?P<file>\d{3,})_(?P<original>.+)",
    re.DOTALL,
)
LATE = "Canvas marks it as late, and does not say when it was handed in"


def is_download(places: list[Place]) -> bool:
    """Tell whether most of the files in a folder are named as Canvas names them."""
    files = [place for place in places if place.is_file]
    return sum(_NAME.fullmatch(place.name) is not None for place in files) * 2 > len(files)


def take(place: Place, into: Collection) -> bool:
    """Add one file of a download; return whether its name is one of Canvas's."""
    match = _NAME.fullmatch(place.name) if place.is_file else None
    if match is None:
        return False
    who, user = match["who"] or "", match["user"]
    if user.startswith("anon_"):
        into.refuse(place, "an anonymous download does not say whose it is")
        return True
    try:
        student = _whose(who, user, place, into)
    except Unknown as error:
        into.refuse(place, str(error))
        return True
    if not place.is_archive:
        into.refuse(place, "a single file, and no archive with the package", student.id)
        return True
    if match["late"]:
        into.remark(LATE, place)
    into.take(student, place, order=int(match["file"][:18]), guess=False)
    return True


def _whose(who: str, user: str, place: Place, into: Collection) -> Student:
    """Return the student with this number, or else with this name; they must not be two."""
    students = into.students
    if not students.closed:
        return students.find(user, name=who)
    called = students.called(who.replace("_", "")) if who else set()
    try:
        student = students.find(user)
    except NotInRoster:
        if len(called) == 1:
            return students.get(called.pop())
        if called:
            raise Unknown(f"{printable(who)} may be that of {' or '.join(sorted(called))}") from None
        raise Unknown(f"not in the roster: {printable(who) or 'user'} ({user})") from None
    if called and student.id not in called:
        raise Unknown(
            f"the number {user} is that of {student.id}, and the name that of {' or '.join(sorted(called))}"
        )
    if student.name and who and not called:
        into.remark("taken by the number in its name, although the student is called otherwise", place)
    return student
