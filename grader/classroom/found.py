"""What a look into an instructor's folder finds. Data only; nothing here has been opened or judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.class_result import Refused, Student


@dataclass(frozen=True)
class Found:
    """One submission of one student, still as it was handed in."""

    student: str  # id
    number: int  # 1 for the student's first, in the order of time
    source: str  # relative to the folder that was given, safe to print
    submitted_at: str  # ISO 8601, UTC; empty if nothing says when
    kind: str  # "folder", "archive" or "git"
    path: Path
    commit: str = ""  # for "git": what is graded, whatever is committed later
    # for "archive": what of the archive at `path` is meant, if not all of it: a folder ("hw2/s017/") or an
    # archive inside of it ("smithbob_17_4711_hw2.zip")
    inside: str = ""


@dataclass(frozen=True)
class Intake:
    """Everything in a folder of submissions, each thing exactly once."""

    students: tuple[Student, ...]  # in the order of the roster, or by id
    found: tuple[Found, ...]  # by student, then by time
    refused: tuple[Refused, ...]
    notes: tuple[str, ...] = ()  # for staff: where a time or a name is weaker than it looks
