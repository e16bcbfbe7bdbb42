"""What was found so far while a folder is looked through, and from it the result: attempts in order, notes once."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from grader.class_result import Refused, Student
from grader.classroom import repositories, times
from grader.classroom.found import Found, Intake
from grader.classroom.identities import Students
from grader.classroom.places import Place
from grader.errors import GraderError

MAX_REFUSED = 1000  # that are named one by one; the rest are counted
_NAMED = 10  # sources that one note names


@dataclass(frozen=True)
class _Draft:
    student: str
    place: Place
    time: str
    order: int
    kind: str
    commit: str


class Collection:
    """Everything that was found, refused or noted."""

    def __init__(self, students: Students) -> None:
        self.students = students
        self._drafts: list[_Draft] = []
        self._refused: list[Refused] = []
        self._notes: list[str] = []
        self._sources: dict[str, list[str]] = defaultdict(list)  # note -> what it is about

    def take(
        self, student: Student, place: Place, time: str = "", order: int = 0, guess: bool = True
    ) -> None:
        """Add a submission.

        Args:
            student: Whose.
            place: A folder or an archive.
            time: ISO 8601, UTC, if something says when.
            order: Among those of one student at one time.
            guess: Without `time`, take the one of the file system, and note it.
        """
        kind, commit = "folder" if place.is_folder else "archive", ""
        if place.tree is not None:
            kind = "archive"
        elif place.is_folder and (repository := repositories.find(place.path)):
            try:
                head = repositories.head(repository, place.source)
            except GraderError as error:
                self.refuse(place, str(error), student.id)
                return
            kind, commit = "git", head.commit
            if not time and head.committed_at:
                time = head.committed_at
                self.remark("the time of a commit is what its author's machine said", place)
        if not time and guess:
            modified = place.modified()
            if modified is None:
                self.remark("nothing says when it was handed in", place)
            else:
                time = times.from_seconds(modified)
                self.remark(
                    "nothing says when it was handed in: the file system's time stands for that", place
                )
        self._drafts.append(_Draft(student.id, place, time, order, kind, commit))

    def refuse(self, place: Place | str, reason: str, student: str = "") -> None:
        """Add something that is nobody's submission."""
        source = place if isinstance(place, str) else place.source
        self._refused.append(Refused(source, reason, student))

    def note(self, text: str) -> None:
        """Add a sentence about the class."""
        self._notes.append(text)

    def remark(self, text: str, place: Place) -> None:
        """Add a sentence that may hold for many submissions: it is said once, with the sources."""
        self._sources[text].append(place.source)

    def result(self) -> Intake:
        """Return all of it."""
        students = self.students.all()
        found: list[Found] = []
        for student in students:
            own = sorted((d for d in self._drafts if d.student == student.id), key=_moment)
            for number, draft in enumerate(own, start=1):
                place, inside = draft.place, draft.place.inside
                found.append(
                    Found(
                        draft.student,
                        number,
                        place.source,
                        draft.time,
                        draft.kind,
                        place.path,
                        draft.commit,
                        inside,
                    )
                )
        remarks = [f"{text}: {_list(sources)}" for text, sources in self._sources.items()]
        refused = self._refused[:MAX_REFUSED]
        if len(self._refused) > MAX_REFUSED:
            refused.append(Refused("", f"and {len(self._refused) - MAX_REFUSED:,} more"))
        return Intake(students, tuple(found), tuple(refused), (*self._notes, *remarks))


def _moment(draft: _Draft) -> tuple[str, int, list[tuple[int, str]]]:
    """Order by time, then as the layout says, then by name, with numbers in it as numbers."""
    parts = re.findall(r"\d+|\D+", draft.place.source, re.ASCII)
    natural = [(int(p), "") if p.isdigit() and p.isascii() else (-1, p) for p in (x[:18] for x in parts)]
    return draft.time, draft.order, natural


def _list(sources: list[str]) -> str:
    more = len(sources) - _NAMED
    return ", ".join(sources[:_NAMED]) + (f" and {more} more" if more > 0 else "")
