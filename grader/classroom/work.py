"""One piece of a class's work: grade one packed submission, in whatever process or on whatever machine this runs.

A process keeps one resident grader: torch is imported, the zygote started and the oracles evaluated once, then every
further submission costs little more than its own code. What a job needs travels in it, so that a machine of a
cluster needs the project and no shared folder. What comes back is JSON, nothing of the submission's own making.
"""

from __future__ import annotations

import atexit
import os
import socket
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from grader.classroom.packed import Packed, lay_out
from grader.course.catalog import find_week
from grader.course.model import Measured
from grader.errors import CannotJudge, SubmissionRejected
from grader.result import CheckResult, check_from_json
from grader.run import identity
from grader.run.runner import SLOW, Request, Resources, Runner

NUMBERS, SPEED = "numbers", "speed"
PARTS = {"gates": (Measured,), "sanitizers": tuple(kind for kind in SLOW if kind is not Measured)}
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


class Resident:
    """The grader of one process."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._stack = ExitStack()
        self._resources = Resources.open(seed, self._stack)
        self._runner = Runner(self._resources)
        self._course = identity.course_hash()

    def close(self) -> None:
        """End the zygote and remove temporary folders."""
        self._stack.close()

    def grade(self, job: Job) -> Done:
        """Grade a submission; whatever happens, there is an answer."""
        started, cpu = time.perf_counter(), time.process_time()
        result, problem, fault = None, "", ""
        if job.course != self._course:
            problem, fault = (
                f"{socket.gethostname()} has another version of the course or the grader",
                "grader",
            )
        else:
            try:
                result = self._graded(job)
            except SubmissionRejected as error:
                problem, fault = str(error), "submission"
            except CannotJudge as error:
                problem, fault = str(error), "grader"
            except Exception as error:  # of the grader: the others of the class are graded all the same
                os.write(2, traceback.format_exc().encode())
                problem, fault = f"the grader failed with {type(error).__name__}: {error}", "grader"
        spent = time.process_time() - cpu
        place = f"{socket.gethostname()}:{os.getpid()}"
        return Done(job.key, result, problem, fault, spent, time.perf_counter() - started, place)

    def _graded(self, job: Job) -> dict[str, Any]:
        left_out = [kind for part in job.left_out for kind in PARTS[part]]
        if job.stage == NUMBERS:
            left_out += PARTS["gates"]
        with tempfile.TemporaryDirectory(prefix="grader-class-", dir=self._resources.place) as name:
            folder = Path(name)
            folder.chmod(0o755)
            layout = lay_out(job.packed, folder)
            request = Request(
                find_week(str(job.week)),
                Path(job.packed.package),
                tasks=job.tasks,
                seed=job.seed,
                unsafe=job.unsafe,
                quick_build="gates" in job.left_out,
                left_out=tuple(left_out),
                layout=layout,
                known=_known(job.known),
            )
            result = self._runner.grade(request).to_json()
        if result["hashes"]["submission"] != job.packed.sha256:
            raise CannotJudge("the submission has changed on its way here")
        result["notes"] += [f"left out: {text}" for text in job.packed.left_out]
        return result


def _known(tasks: Mapping[str, Any]) -> dict[tuple[str, str], CheckResult]:
    checks = ((task, check_from_json(data)) for task, listed in tasks.items() for data in listed)
    return {(task, check.name): check for task, check in checks}


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
