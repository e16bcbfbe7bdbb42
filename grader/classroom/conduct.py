"""A command over a class from its beginning to its end: which run it is, who carries it out, what is compared after.

The command line and the sample class call these; they print nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.class_result import Refused, Student
from grader.classroom import similarity
from grader.classroom.engine import Engine, local
from grader.classroom.folder import ClassFolder
from grader.classroom.grading import Assignment, ClassRun, Entry, Watcher, carry_out, take_in
from grader.classroom.intake import Intake
from grader.errors import UsageError
from grader.paths import ROOT

ALIKE = 20  # pairs that are kept, the most alike first


@dataclass(frozen=True)
class Means:
    """Who does the work: processes of this machine, or a cluster."""

    processes: int = 0  # 0: one per CPU
    scheduler: str = ""  # address of a Dask scheduler; then `processes` says nothing

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give the engine."""
        if self.scheduler:
            from grader.classroom.cluster import cluster

            with cluster(self.scheduler) as engine:
                yield engine
        else:
            with local(self.processes or cpus()) as engine:
                yield engine


def cpus() -> int:
    """Return how many CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def grade(
    folder: ClassFolder,
    wanted: Assignment,
    taken: Intake,
    means: Means,
    watcher: Watcher,
    again: Sequence[str] = (),
    last_only: bool = False,
) -> ClassRun:
    """Grade what was handed in, as the newest run if that asked for the same, as a new one otherwise.

    The first run of a class is accepted at once; a later one with another course counts when it is accepted.

    Raises:
        UsageError: the folder holds another week.
        CannotJudge: a file cannot be written, no sandbox, no cluster.
    """
    unknown = [name for name in again if name != "all" and name not in {s.id for s in taken.students}]
    if unknown:
        raise UsageError(f"nobody has the id {unknown[0]!r}; --again takes ids of students, or all")
    with folder.locked():
        run = begin(folder, wanted, taken.students)
        run.refused, run.notes = list(taken.refused), list(taken.notes)
        take_in(run, taken.found, watcher, last_only)
        _finish(run, means, watcher, again)
    return run


def regrade(folder: ClassFolder, number: str, seed: int, means: Means, watcher: Watcher) -> ClassRun:
    """Grade the submissions of a run with the course as it is now, as a new run that counts when it is accepted.

    Args:
        folder: The class's folder, which keeps the sources.
        number: The run whose submissions are taken.
        seed: Of the hidden cases.
        means, watcher: As for `grade`.

    Raises:
        UsageError: no such run, or it was graded with another seed.
    """
    with folder.locked():
        data = folder.run(number)
        old = data["assignment"]
        wanted = Assignment(
            old["week"], tuple(old["tasks"]), tuple(old["left_out"]), seed, old["course"], old["unsafe"]
        )
        if wanted.to_json()["seed"] != old["seed"]:
            raise UsageError(f"run {number} was graded with another seed: give --seed or --home as then")
        run = begin(folder, wanted, tuple(Student(**s) for s in data["students"]))
        run.refused = [Refused(**r) for r in data["refused"]]
        run.notes = list(data["notes"])
        for kept in data["attempts"]:
            entry = Entry(**kept)
            if entry.submission:
                numbers, key = wanted.keys(entry.submission)
                entry = replace(entry, key=key, numbers=numbers)
            run.entries.append(entry)
        _finish(run, means, watcher, ())
    return run


def begin(folder: ClassFolder, wanted: Assignment, students: tuple[Student, ...]) -> ClassRun:
    """Go on with the newest run if it asked for the same of the same course, or begin another one."""
    number, alarms = folder.next_number(), []
    for newest in folder.runs()[-1:]:
        data = folder.run(newest)
        week = data["assignment"]["week"]
        if week != wanted.week:
            raise UsageError(
                f"{folder.root} holds week {week}: give --out another folder for week {wanted.week}"
            )
        if _asked(data["assignment"]) == _asked(wanted.to_json()) and data["hashes"] == wanted.hashes:
            number, alarms = newest, list(data["alarms"])
    return ClassRun(folder, wanted, number, students, alarms=alarms)


def _asked(assignment: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in assignment.items() if name != "course"}


def _finish(run: ClassRun, means: Means, watcher: Watcher, again: Sequence[str]) -> None:
    run.keep(complete=False)
    if any(entry.submission for entry in run.entries):
        with means.engine() as engine:
            carry_out(run, engine, watcher, again)
        watcher.comparing()
        run.alike = _alike(run)
    run.keep(complete=True)
    if not run.folder.accepted():
        run.folder.accept(run.number)


def _alike(run: ClassRun) -> list[dict[str, Any]]:
    """Compare the newest submission of every student with those of the others, but not within a group."""
    newest = {entry.student: entry.submission for entry in run.entries if entry.submission}
    sources = {student: run.folder.submission(sha256).files for student, sha256 in newest.items()}
    groups = {s.id: s.group for s in run.students}
    skeleton = {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in skeleton_files()}
    pairs = [
        dict(vars(pair))
        for pair in similarity.alike(sources, skeleton)
        if not (groups.get(pair.first) and groups.get(pair.first) == groups.get(pair.second))
    ]
    return pairs[:ALIKE]


def skeleton_files() -> list[Path]:
    """Return the files that every student begins with."""
    return sorted(p for p in (ROOT / "student").rglob("*") if p.suffix in (".py", ".cpp", ".h", ".metal"))
