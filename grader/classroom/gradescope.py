"""Gradescope's "Export Submissions": a folder for each submission, and `submission_metadata.yml` that says whose it is.

    submission_409194023:
      :submitters:
      - :name: Ada Lovelace
        :sid: '123456'
        :email: ada@example.edu
      :created_at: 2026-04-26 17:34:00.861687000 Z
      :history:
      - :created_at: ...

Several submitters are a group. Of earlier submissions the file has moments and results, but their files are not in the
export. The keys are those that programs that read such exports expect; Gradescope documents the like of them for
autograders only: https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import yaml

from grader.class_result import Student
from grader.classroom import folders, times
from grader.classroom.collection import Collection
from grader.classroom.identities import NotInRoster, Unknown
from grader.classroom.places import Place
from grader.classroom.roster import printable
from grader.errors import SubmissionRejected, UsageError

METADATA = "submission_metadata.yml"
MAX_BYTES = 256 << 20
# text stays text: "007" is no number, and no tag makes an object
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def root_of(folder: Place) -> Place | None:
    """Return the folder that is an export: this one or the only one in it, as the download has it; or nothing."""
    inner = folder.children()
    if any(p.name == METADATA and p.is_file for p in inner):
        return folder
    if len(inner) == 1 and inner[0].is_folder:
        with suppress(SubmissionRejected):  # a folder that cannot be read is refused by whoever takes it
            return inner[0] if inner[0].child(METADATA) is not None else None
    return None


def take(root: Place, into: Collection) -> None:
    """Add every submission of an export.

    Raises:
        UsageError: the metadata cannot be read.
    """
    places = {place.name: place for place in root.children() if place.name != METADATA}
    for name, entry in _metadata(root).items():
        place = places.pop(name, None)
        if place is None:
            into.refuse(printable(name), f"named in {METADATA}, and not in the export")
        elif not place.is_folder:
            into.refuse(place, "a file and no folder: not a submission of a programming assignment")
        else:
            _take(place, entry if isinstance(entry, dict) else {}, into)
    for place in places.values():
        into.refuse(place, f"not named in {METADATA}")


def _take(place: Place, entry: dict[str, Any], into: Collection) -> None:
    members: list[Student] = []
    unknown: list[str] = []
    for submitter in _list(entry, "submitters"):
        try:
            member = _whose(submitter, place, into)
        except Unknown as error:
            unknown.append(str(error))
            continue
        if member.id not in {m.id for m in members}:
            members.append(member)
    if not members:
        into.refuse(place, "; ".join(unknown) or f"{METADATA} names nobody who handed it in")
        return
    for reason in unknown:
        into.refuse(place, f"handed in together with {members[0].shown}: {reason}")
    time = times.to_utc(_text(entry, "created_at"))
    earlier = len(_list(entry, "history"))
    if earlier:
        into.remark("earlier submissions are named, and their files are not in the export", place)
    for member in _one_of_each_group(members, place, into):
        folders.attempts(member, place, time, into, guess=False)


def _whose(submitter: dict[str, Any], place: Place, into: Collection) -> Student:
    """Return a submitter by number or address; by name only if the roster has no other address for that name."""
    sid, name, email = (_text(submitter, key) for key in ("sid", "name", "email"))
    if not into.students.closed:
        return into.students.find(sid, email, name, name=name, email=email)
    words = ", ".join(printable(text) for text in (name, sid, email) if text) or "nobody"
    try:
        return into.students.find(sid, email)
    except NotInRoster:
        called = into.students.called(name)
        if len(called) > 1:
            raise Unknown(f"{words} may be {' or '.join(sorted(called))}") from None
        if not called:
            raise NotInRoster(f"not in the roster: {words}") from None
    student = into.students.get(called.pop())
    if email and student.email:
        raise NotInRoster(f"not in the roster: {words} ({student.id} has the name and another address)")
    into.remark("taken by name, as the roster has neither the number nor the address", place)
    return student


def _one_of_each_group(members: list[Student], place: Place, into: Collection) -> list[Student]:
    """Return those who stand for a submission: members of a group share it, so one of each group does."""
    if len(members) > 1 and not any(m.group for m in members):
        into.students.regroup([m.id for m in members], place.name)
        return members[:1]
    groups = {m.group for m in members}
    if len(members) > 1 and (len(groups) > 1 or "" in groups):
        names = ", ".join(m.shown for m in members)
        into.note(
            f"{place.source} was handed in by {names} together, who are no group in the roster: each has it"
        )
    first = {m.group or f"\0{m.id}": m for m in reversed(members)}
    return [m for m in members if m in first.values()]


def _metadata(root: Place) -> dict[str, Any]:
    place = root.child(METADATA)
    content = place.read(MAX_BYTES) if place is not None else b""
    if len(content) > MAX_BYTES:
        raise UsageError(f"{METADATA} is larger than {MAX_BYTES >> 20} MiB")
    try:
        data = yaml.load(content, Loader=_LOADER)  # a base loader: strings, lists and dictionaries
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        words = printable(str(error).split("\n")[0])
        raise UsageError(f"{METADATA} cannot be read: {words}") from None
    if not isinstance(data, dict):
        raise UsageError(f"{METADATA} names no submission")
    return {str(name): entry for name, entry in data.items()}


def _list(entry: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = entry.get(f":{key}", entry.get(key))
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(entry: dict[str, Any], key: str) -> str:
    found = entry.get(f":{key}", entry.get(key))
    return found.strip() if isinstance(found, str) and found.strip() not in ("null", "~") else ""
