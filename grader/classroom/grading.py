"""Grades a class: takes in what was handed in, grades what is not known yet, writes down who got what.

First the numbers, on all processes at once; then the gates of speed, one at a time on each machine. Every result is
on the disk before the next one is looked at, so the same command goes on after any interruption, and one submission
that cannot be graded costs the others nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from grader.class_result import Refused, Student
from grader.classroom import changes, intake
from grader.classroom.engine import Engine
from grader.classroom.folder import ClassFolder, key_of
from grader.classroom.packed import Packed, pack
from grader.classroom.work import PARTS, Done, Job, speed_job
from grader.course.catalog import find_week
from grader.course.model import Measured
from grader.errors import CannotJudge, SubmissionRejected
from grader.result import Tier
from grader.run import identity, leftovers

GATES = "gates"
EVERYBODY = "all"
MOST_NOTES = 5  # about what one archive holds beside sources


@dataclass(frozen=True)
class Assignment:
    """What is asked of every submission of a class."""

    week: int
    tasks: tuple[str, ...] = ()  # empty: the whole week
    left_out: tuple[str, ...] = ()  # of `work.PARTS`
    seed: int = 0  # of the hidden cases
    course: str = ""  # the name in headings
    unsafe: bool = False
    # once, so that an edit in the middle of a run does not make two courses of it
    hashes: Mapping[str, str] = field(
        default_factory=lambda: {"course": identity.course_hash(), "environment": identity.environment_hash()}
    )

    @property
    def measures(self) -> bool:
        """Whether there are gates to run: some are asked for, and they are not left out."""
        tasks = [t for t in find_week(str(self.week)).tasks if not self.tasks or t.id in self.tasks]
        return GATES not in self.left_out and any(isinstance(c, Measured) for t in tasks for c in t.checks)

    def keys(self, sha256: str) -> tuple[str, str]:
        """Return the addresses of the result without gates and of the whole one."""
        numbers = self.key(sha256, {*self.left_out, GATES})
        return numbers, self.key(sha256, self.left_out) if self.measures else numbers

    def key(self, sha256: str, left_out: Iterable[str]) -> str:
        """Return the address of the result of a submission."""
        return key_of(
            {
                "submission": sha256,
                **self.hashes,
                "seed": hashlib.sha256(str(self.seed).encode()).hexdigest(),
                "week": self.week,
                "tasks": list(self.tasks),
                "left_out": sorted(left_out),
                "unsafe": self.unsafe,
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Return what a run keeps of it; the seed stays secret."""
        return {
            "week": self.week,
            "tasks": list(self.tasks),
            "left_out": list(self.left_out),
            "seed": hashlib.sha256(str(self.seed).encode()).hexdigest(),
            "course": self.course,
            "unsafe": self.unsafe,
        }


@dataclass
class Entry:
    """One attempt of one student in a run."""

    student: str
    number: int
    source: str
    submitted_at: str
    submission: str = ""  # hash
    numbers: str = ""  # key of the result without gates
    key: str = ""  # key of the whole result
    problem: str = ""
    fault: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what a run keeps."""
        return dict(vars(self))


@dataclass
class Watcher:
    """Who is told how far it is; the methods do nothing by default."""

    def reading(self, read: int, total: int) -> None:
        """So many submissions have been read."""

    def start(self, stage: str, known: int, total: int) -> None:
        """A stage begins: so many of its results are known already."""

    def done(self, stage: str, done: Done) -> None:
        """One more result is kept."""

    def comparing(self) -> None:
        """Everything is graded; submissions are compared with each other."""


@dataclass
class ClassRun:
    """A run over a class, while it is made."""

    folder: ClassFolder
    assignment: Assignment
    number: str
    students: tuple[Student, ...]
    entries: list[Entry] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    alike: list[dict[str, Any]] = field(default_factory=list)
    graded: int = 0  # results that were made in this command

    def keep(self, complete: bool) -> None:
        """Write the list."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        data = {
            "run_id": self.number,
            "assignment": self.assignment.to_json(),
            "finished_at": now if complete else "",
            "complete": complete,
            "hashes": dict(self.assignment.hashes),
            "environment": identity.environment(),
            "students": [dict(vars(s)) for s in self.students],
            "attempts": [entry.to_json() for entry in self.entries],
            "refused": [dict(vars(r)) for r in self.refused],
            "notes": self.notes,
            "alarms": self.alarms,
            "alike": self.alike,
        }
        self.folder.keep_run(self.number, data)


def take_in(run: ClassRun, found: Sequence[intake.Found], watcher: Watcher, last_only: bool = False) -> None:
    """Read, pack and keep every submission; one that cannot be read gets an entry that says why.

    Raises:
        CannotJudge: the class folder cannot be written.
    """
    newest = {f.student: f for f in found}
    wanted = [f for f in found if not last_only or newest[f.student] is f]
    with leftovers.workplace() as place, leftovers.inside(place):
        for number, one in enumerate(wanted, start=1):
            entry = Entry(one.student, one.number, one.source, one.submitted_at)
            packed = _packed(one, place, entry, run.notes)
            if packed is not None:
                run.folder.keep_submission(packed)
                entry.submission = packed.sha256
                entry.numbers, entry.key = run.assignment.keys(packed.sha256)
            run.entries.append(entry)
            watcher.reading(number, len(wanted))


def _packed(one: intake.Found, place: Path, entry: Entry, kept: list[str]) -> Packed | None:
    """Return the sources of a submission, or None with the reason in its entry: the others are read all the same."""
    notes: list[str] = []
    try:
        with intake.opened(one, place, notes) as opened:
            return pack(opened)
    except SubmissionRejected as error:
        entry.problem, entry.fault = _without_place(str(error), str(place)), "submission"
    except CannotJudge as error:  # a file that staff may not read, or that has gone
        entry.problem, entry.fault = _without_place(str(error), str(place)), "grader"
    finally:
        kept += [f"{one.source}: {note}" for note in notes[:MOST_NOTES]]
    return None


def _without_place(text: str, room: str) -> str:
    """Return a sentence without the name of a temporary folder, which says nothing to anybody."""
    return text.replace(f"{room}/", "")


def carry_out(run: ClassRun, engine: Engine, watcher: Watcher, again: Sequence[str] = ()) -> None:
    """Grade what is not known yet, and compare what is graded once more with what was known.

    Args:
        again: Ids of students whose submissions are graded although the result is known; "all" for everybody.
    """
    forced = {
        e.submission for e in run.entries if e.submission and (EVERYBODY in again or e.student in again)
    }
    before: dict[str, dict[str, Any]] = {}
    by_submission = {e.submission: e for e in run.entries if e.submission}
    for sha256 in forced:
        entry = by_submission[sha256]
        for key in {entry.key, entry.numbers}:
            known = run.folder.result(key)
            if known is not None:
                before[key] = known
    todo = {s: e for s, e in by_submission.items() if s in forced or not _is_known(run.folder, e.numbers)}
    watcher.start("numbers", len(by_submission) - len(todo), len(by_submission))
    for done in engine.carry_out(_numbers_jobs(run, todo.values())):
        run.folder.keep_result(done)
        run.graded += 1
        watcher.done("numbers", done)
    if run.assignment.measures:
        _measure(run, engine, watcher, by_submission, forced)
    for key, known in before.items():
        _compare(run, key, known)


def _numbers_jobs(run: ClassRun, entries: Iterable[Entry]) -> Iterator[Job]:
    for entry in entries:
        yield _job(run, entry, entry.numbers)


def _job(run: ClassRun, entry: Entry, key: str) -> Job:
    wanted = run.assignment
    return Job(
        key=key,
        packed=run.folder.submission(entry.submission),
        week=wanted.week,
        seed=wanted.seed,
        course=wanted.hashes["course"],
        tasks=wanted.tasks,
        left_out=wanted.left_out,
        unsafe=wanted.unsafe,
    )


def _measure(
    run: ClassRun, engine: Engine, watcher: Watcher, entries: dict[str, Entry], forced: set[str]
) -> None:
    todo = [e for s, e in entries.items() if s in forced or not _is_known(run.folder, e.key)]
    watcher.start("speed", len(entries) - len(todo), len(entries))

    def jobs() -> Iterator[Job]:
        for entry in todo:
            kept = run.folder.result(entry.numbers) or {}
            done = Done(entry.key, kept.get("result"), kept.get("problem", ""), kept.get("fault", ""))
            job = speed_job(_job(run, entry, entry.key), done)
            if job is not None:
                yield job
            else:  # it has no result whose speed could be measured
                run.folder.keep_result(done)
                watcher.done("speed", done)

    for done in engine.carry_out(jobs(), alone=True):
        run.folder.keep_result(done)
        run.graded += 1
        watcher.done("speed", done)


def _is_known(folder: ClassFolder, key: str) -> bool:
    """Return whether there is a result, or a reason that another try would not change."""
    kept = folder.result(key)
    return kept is not None and (kept["result"] is not None or kept["fault"] == "submission")


def _compare(run: ClassRun, key: str, known: dict[str, Any]) -> None:
    now = run.folder.result(key)
    if now is None or now["result"] is None or known["result"] is None:
        return
    old, new = changes.score(known["result"]), changes.score(now["result"])
    if old == new:
        return
    students = sorted({e.student for e in run.entries if key in (e.key, e.numbers)})
    sha256 = now["result"]["hashes"]["submission"]
    checks = changes.differing(known["result"], now["result"])
    alarm = {"submission": sha256, "students": students, "before": old, "after": new, "checks": checks}
    if alarm not in run.alarms:
        run.alarms.append(alarm)


def reachable(assignment: Assignment) -> tuple[float, float]:
    """Return the core and the extra points of the checks that are asked for."""
    left_out = tuple(kind for part in assignment.left_out for kind in PARTS[part])
    week = find_week(str(assignment.week))
    tasks = [t for t in week.tasks if not assignment.tasks or t.id in assignment.tasks]
    checks = [c for t in tasks for c in t.checks if not isinstance(c, left_out)]
    core = sum(c.points for c in checks if c.tier is Tier.CORE)
    extra = sum(c.points for c in checks if c.tier is Tier.EDGE)
    return round(core, 4), round(extra, 4)
