"""Whether Metal kernels can be run here, and what to say if not."""

from __future__ import annotations

from grader.course.model import Check, Task
from grader.result import Message, Verdict
from grader.run.outcome import Outcome
from grader.run.verdicts import UNAVAILABLE
from grader.worker.build_metal import no_compiler


def unavailable() -> str:
    """Return why no Metal kernel can be run here; empty if one can."""
    missing = no_compiler()
    return f"Metal kernels cannot be run on this machine: {missing}" if missing else ""


def skipped(check: Check, task: Task, why: str) -> Outcome:
    """Return the outcome of a check that is not carried out for that reason."""
    message = Message(UNAVAILABLE, task.target, check.sentence, why, rerun=f"grader check {task.id}")
    return Outcome(Verdict.SKIPPED, 0, check.public_cases, message)
