"""The result of a class: who handed in what, what came out, what counts. Immutable, and all that class reports see.

Knows nothing about folders, archives or how anything is graded. What a student is called, wrote or named a file is
hostile text: escape it when rendering, neutralise it when a spreadsheet reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.result import Result


@dataclass(frozen=True)
class Student:
    """One row of the roster."""

    id: str  # unique in a class; what the school calls them
    name: str = ""
    email: str = ""
    section: str = ""
    group: str = ""  # members of a group share their submissions
    code: str = ""  # stands for them where names are left out: "s017"

    @property
    def shown(self) -> str:
        """The name, or what there is in its place."""
        return self.name or self.id


@dataclass(frozen=True)
class Attempt:
    """One submission of one student, graded or not."""

    student: str  # id
    number: int  # 1 for the first, in the order of time
    source: str  # relative to the folder that was given, safe to print
    submitted_at: str = ""  # ISO 8601, UTC; empty if nothing says when
    result: Result | None = None
    problem: str = ""  # why there is no result: one sentence
    fault: str = ""  # whose: "submission" (counts as 0) or "grader" (for staff; costs nothing)
    days_late: int = 0
    over_limit: bool = False  # handed in after the day's last allowed attempt: graded, not counted


@dataclass(frozen=True)
class Grade:
    """What counts for one student."""

    student: Student
    attempts: tuple[Attempt, ...] = ()  # in the order of time, the group's among them
    counted: Attempt | None = None  # one of `attempts`
    points: float = 0.0  # core points of the counted attempt
    extra: float = 0.0  # after the cap
    penalty: float = 0.0  # what lateness takes off
    total: float = 0.0  # what goes into the gradebook; never below 0
    reasons: tuple[str, ...] = ()  # each rule that changed something, in a sentence
    pending: str = ""  # why the grade is not final: staff has to look first


@dataclass(frozen=True)
class Refused:
    """Something in the folder that is nobody's submission, or cannot be opened."""

    source: str  # safe to print
    reason: str  # one sentence
    student: str = ""  # id, where it is known


@dataclass(frozen=True)
class Alarm:
    """The same submission, course and environment have given two scores."""

    submission: str  # hash
    students: tuple[str, ...]
    before: str  # "98 + 3.5"
    after: str
    checks: tuple[str, ...]  # "1.3.1 softmax-values: PASS, then FAIL"


@dataclass(frozen=True)
class Likeness:
    """Two submissions that are alike beyond the skeleton; for the instructor, never a verdict."""

    first: str  # student id
    second: str
    share: float  # of the smaller one's own text that the other has too, 0 to 1
    lines: int  # about so many lines
    places: tuple[str, ...] = ()  # "attention.py:12-40 and attention.py:10-38", the longest first


@dataclass(frozen=True)
class ClassResult:
    """One run over a class, for one week."""

    run_id: str  # "0003"
    title: str  # "Week 2: a tiny vLLM"
    week: int
    course: str = ""  # the name in the heading: "Serving Qwen2 from scratch, autumn 2026"
    finished_at: str = ""  # ISO 8601, UTC
    deadline: str = ""  # ISO 8601, UTC; empty if there is none
    grades: tuple[Grade, ...] = ()  # in the order of the roster, those who handed in nothing among them
    refused: tuple[Refused, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    alike: tuple[Likeness, ...] = ()
    policy: tuple[str, ...] = ()  # the rules in sentences
    notes: tuple[str, ...] = ()  # about the class as a whole, for staff
    max_points: float = 100.0
    max_extra_points: float = 0.0
    hashes: dict[str, str] = field(default_factory=dict)  # course, environment
    environment: dict[str, str] = field(default_factory=dict)
    measured: bool = False  # gates of speed were run
    complete: bool = True  # False: cut off; what was finished is here

    @property
    def graded(self) -> tuple[Attempt, ...]:
        """The attempts that count and have a result."""
        return tuple(g.counted for g in self.grades if g.counted is not None and g.counted.result is not None)
