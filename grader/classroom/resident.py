"""The grader of one process: what is made once and serves every submission that this process grades."""

from __future__ import annotations

import os
import socket
import tempfile
import time
import traceback
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from grader.classroom.packed import lay_out
from grader.classroom.work import NUMBERS, PARTS, Done, Job
from grader.course.catalog import find_week
from grader.errors import CannotJudge, SubmissionRejected
from grader.result import CheckResult, check_from_json
from grader.run import identity
from grader.run.runner import Request, Resources, Runner


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
