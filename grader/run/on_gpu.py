"""Whether the checks on Metal kernels can be carried out here, and how: in the simulator, or on the GPU of a Mac.

A Mac computes and takes the time; it cannot see what threads do. The simulator sees that, and runs on Linux.
"""

from __future__ import annotations

from grader.course.metal import OnGpu, Safe, Traffic
from grader.course.model import Check, FasterThan, Task
from grader.result import Message, Verdict
from grader.run.outcome import Outcome
from grader.run.verdicts import UNAVAILABLE
from grader.worker import build_metal, build_metallib
from grader.worker.metal_process import has_gpu

UNSEEN = "a GPU does not show what its threads do: the simulator carries this check out, and it runs on Linux"


def unavailable(check: Check | None = None) -> str:
    """Return why a check on Metal kernels (None: any of them) cannot be carried out here; empty if it can."""
    missing = build_metallib.no_compiler() if has_gpu() else build_metal.no_compiler()
    if missing:
        return f"Metal kernels cannot be run on this machine: {missing}"
    counted = isinstance(check, Traffic) and check.timed is None
    return UNSEEN if has_gpu() and (counted or isinstance(check, (OnGpu, Safe))) else ""


def gate(check: Traffic) -> FasterThan | None:
    """Return the time gate that stands in for counts where there is a GPU; None where kernels are simulated."""
    return check.timed if has_gpu() else None


def skipped(check: Check, task: Task, why: str) -> Outcome:
    """Return the outcome of a check that is not carried out for that reason."""
    message = Message(UNAVAILABLE, task.target, check.sentence, why, rerun=f"grader check {task.id}")
    return Outcome(Verdict.SKIPPED, 0, check.public_cases, message)
