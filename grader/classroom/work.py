"""One piece of a class's work: grade one packed submission, in whatever process or on whatever machine this runs.

A process keeps one resident grader: torch is imported, the zygote started and the oracles evaluated once, then every
further submission costs little more than its own code. What a job needs travels in it, so that a machine of a
cluster needs the project and no shared folder. What comes back is JSON, nothing of the submission's own making.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

from grader.classroom.packed import Packed
from grader.course.catalog import find_week
from grader.course.metal import SLOW as SLOW_ON_GPU
from grader.course.model import Measured, Sanitized

if TYPE_CHECKING:
    from grader.classroom.resident import Resident

NUMBERS, SPEED = "numbers", "speed"
PARTS: dict[str, tuple[type, ...]] = {"gates": (Measured,), "sanitizers": (Sanitized, *SLOW_ON_GPU)}
"""What may be left out of a run, by the word on the command line."""


@dataclass(frozen=True)
class Job:
    """What one process does at a time."""

    key: str  # of the result
    packed: Packed
    week: int
    seed: int
    course: str  # hash of the course that the sender has
    tasks: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()  # of `PARTS`
    stage: str = NUMBERS  # everything but gates, or the gates
    known: Mapping[str, Any] = field(default_factory=dict)  # task id -> checks as JSON: from the stage before
    unsafe: bool = False


@dataclass(frozen=True)
class Done:
    """What came of a job."""

    key: str
    result: Mapping[str, Any] | None = None  # as `Result.to_json`
    problem: str = ""  # why there is none: one sentence
    fault: str = ""  # "submission" or "grader"
    grader_cpu_s: float = 0.0  # CPU time of this process, without the workers
    seconds: float = 0.0
    place: str = ""  # machine and process


def speed_job(job: Job, done: Done) -> Job | None:
    """Return the job that adds the gates to a result without; None if there is nothing to measure."""
    if done.result is None or "gates" in job.left_out:
        return None
    week = find_week(str(job.week))
    gated = {t.id for t in week.tasks if any(isinstance(c, Measured) for c in t.checks)}
    if not any(task["id"] in gated for task in done.result["tasks"]):
        return None
    known = {task["id"]: task["checks"] for task in done.result["tasks"]}
    return Job(
        job.key, job.packed, job.week, job.seed, job.course, job.tasks, job.left_out, SPEED, known, job.unsafe
    )


_RESIDENT: Resident | None = None


def grade(job: Job) -> Done:
    """Grade with this process's resident grader, which is made at the first job and lives as long as the process."""
    global _RESIDENT
    from grader.classroom.resident import Resident  # PyTorch: only where something is graded

    if _RESIDENT is None or _RESIDENT.seed != job.seed:
        if _RESIDENT is not None:
            _RESIDENT.close()
        try:
            _RESIDENT = Resident(job.seed)
        except Exception as error:
            return Done(job.key, problem=f"the grader does not start: {error}", fault="grader")
        # a process of a pool ends without the handlers of atexit, and one of a cluster without these
        Finalize(None, _RESIDENT.close, exitpriority=0)
        atexit.register(_RESIDENT.close)
    return _RESIDENT.grade(job)


Grading = Callable[[Job], Done]
