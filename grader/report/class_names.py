"""What students are called on a page, and what has to be left out where they are not to be named.

Covers: ids, names, parts of names, addresses, groups and sections; a text that holds one of them is left out whole.
Does not cover: what a reader knows anyway, such as who hands in at three in the morning.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.class_result import ClassResult, Student
from grader.report.wording import slug

LEFT_OUT = "(left out: it may name a student)"
LONGEST = 60  # characters of a name


@dataclass(frozen=True)
class Naming:
    """How a page names students."""

    names: bool  # False: codes only
    codes: Mapping[str, str]  # student id: code, unique and not to be told from another
    shared: frozenset[str] = frozenset()  # names that several students have: their ids stand beside them
    links: Mapping[str, str] = field(
        default_factory=dict
    )  # student id: relative address of the student's page
    private: re.Pattern[str] | None = None  # what names somebody for certain
    doubtful: re.Pattern[str] | None = None  # what may name somebody

    def label(self, student: Student) -> str:
        """Return what a student is called."""
        if not self.names:
            return self.codes[student.id]
        shown = _shown(student) or self.codes[student.id]
        return f"{shown} ({student.id[:LONGEST]})" if shown in self.shared else shown

    def link(self, student: Student) -> str:
        """Return the address of the student's page, or nothing."""
        return self.links.get(student.id, "") if self.names else ""

    def cleaned(self, text: str) -> str:
        """Return a text of the grader's, or that it was left out because it names a student."""
        return LEFT_OUT if _matches(self.private, text) else text

    def checked(self, text: str) -> str:
        """Return a text that an instructor may have written, or that it was left out because it may name a student."""
        return LEFT_OUT if _matches(self.doubtful, text) else text

    def quoted(self, text: str) -> str:
        """Return a text that may hold a submission's own; nothing where nobody is to be named."""
        return text if self.names else ""


@functools.lru_cache(maxsize=4096)
def _matches(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is not None and pattern.search(text) is not None


def naming(result: ClassResult, links: Mapping[str, str] | None, names: bool) -> Naming:
    """Return how a page about this class names students; without names there are no links."""
    students = [grade.student for grade in result.grades]
    if names:
        counts = Counter(_shown(student) for student in students)
        shared = frozenset(shown for shown, number in counts.items() if number > 1)
        return Naming(True, codes(students), shared, dict(links or {}))
    private, doubtful = _private(students, False), _private(students, True)
    return Naming(False, codes(students), private=private, doubtful=doubtful)


def _shown(student: Student) -> str:
    text = " ".join(student.shown.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def codes(students: list[Student]) -> dict[str, str]:
    """Return a code for every student: their own where it is unique, short and names nobody; else one by place."""
    taken = [slug(student.code).lower() if student.code else "" for student in students]
    private = {word.lower() for word in _words(students, True)}
    found: dict[str, str] = {}
    counts = Counter(taken)
    used = {code for code in taken if code}
    for place, (student, code) in enumerate(zip(students, taken, strict=True), 1):
        own = (
            code and code == student.code.lower() and counts[code] == 1 and not _names_somebody(code, private)
        )
        if not own:
            made = (f"c{place + turn * len(students):03d}" for turn in itertools.count())
            code = next(c for c in made if c not in used and c not in private)
            used.add(code)
        found[student.id] = student.code if own else code
    return found


def _names_somebody(code: str, private: set[str]) -> bool:
    return code in private or any(word in private for word in re.findall(r"\w+", code))


def _private(students: list[Student], parts: bool) -> re.Pattern[str]:
    """Return what matches every text that names one of these students, as words of their own.

    With `parts`, single names and short ids count too, which may match what names nobody.
    """
    words = {word for word in _words(students, parts) if parts or len(word) >= 4}
    longest = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{longest or '(?!)'})(?!\w)", re.IGNORECASE)


def _words(students: list[Student], parts: bool) -> set[str]:
    """Return what students are called, and with `parts` their single names."""
    words: set[str] = set()
    for student in students:
        own = [student.id, student.name, student.email, student.email.partition("@")[0], student.group]
        words |= {
            " ".join(word.split()) for word in [*own, *(re.split(r"[\s,]+", student.name) if parts else [])]
        }
    return words - {""}
