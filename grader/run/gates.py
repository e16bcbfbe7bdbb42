"""What all gates share: what they work with, what goes wrong, and how it is told.

Knows sessions and messages; how a gate measures stands in `grader.run.speed` and `grader.run.growth`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import paths
from grader.bench.lock import Busy, alone
from grader.bench.machine import Machine, peaks
from grader.bench.stats import Interval, interval
from grader.course.model import Case, Check, Task
from grader.result import Message, Verdict
from grader.run import describe
from grader.run.findings import Finding
from grader.run.outcome import Outcome
from grader.run.race import RivalFailed
from grader.run.rivals import NoRival, Rivals
from grader.run.session import Session
from grader.speed_result import Bar, SpeedResult
from grader.worker.faults import Fault

LARGEST = 1e6  # a ratio that stands for all above it

Generators = Callable[[str, Check, Case], np.random.Generator]
Folders = Callable[[Any], Any]


class WrongWhileTimed(Exception):
    """A timed call gave a wrong result: never a question of speed."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.kind)
        self.finding = finding


@dataclass
class Grounds:
    """What every gate needs: the submission, the reference, and numbers."""

    session: Session
    rivals: Rivals | None
    generator: Generators
    folder: Folders  # of a checkpoint

    def rival(self) -> Rivals:
        """Return the reference.

        Raises:
            NoRival: there is none here.
        """
        if self.rivals is None:
            raise NoRival("there is no reference to race against here")
        return self.rivals


def guarded(check: Check, task: Task, target: str, run: Callable[[], Outcome]) -> Outcome:
    """Carry out a gate alone on the machine, and turn what goes wrong into an outcome."""
    rerun = f"grader check {task.id}"
    try:
        with alone():
            return run()
    except (NoRival, Busy, RivalFailed) as problem:
        return unmeasured(check, task, target, str(problem))
    except WrongWhileTimed as wrong:
        found = wrong.finding
        message = Message(
            kind="wrong-values-while-timed",
            called=f"{target}, while it was timed",
            expected=found.expected,
            got=found.neutral or found.got,
            rerun=rerun,
        )
        return Outcome(Verdict.FAIL, 0, 1, message)
    except Fault as fault:
        found = describe.fault(fault, check.sentence, check.deadline_s)
        got = found.neutral or found.got
        if found.kind in ("not-implemented", "missing", "import"):
            got = found.got
        trace = describe.without_names(fault.traceback)
        message = Message(
            found.kind, f"{target}, while it was timed", found.expected, got, rerun=rerun, traceback=trace
        )
        return Outcome(Verdict.FAIL, 0, 1, message)


def unmeasured(
    check: Check, task: Task, target: str, reason: str, speed: SpeedResult | None = None
) -> Outcome:
    """Return the outcome of a gate that cannot be believed: it costs no points."""
    message = Message("not-measured", target, check.sentence, reason, rerun=f"grader check {task.id}")
    return Outcome(Verdict.INCONCLUSIVE, 0, 1, message, speed=speed)


def machine() -> Machine | None:
    """Return this machine's peaks, None if they cannot be measured."""
    try:
        return peaks(paths.builds().parent)
    except (OSError, ValueError):
        return None


def triple(found: Interval) -> tuple[float, float, float]:
    """Return median, low and high as a result has them: finite, whatever a measurement came to."""
    median, low, high = (min(value, LARGEST) for value in (found.median, found.low, found.high))
    return median, low, high


def bar(name: str, seconds: Sequence[float], calls: int) -> Bar:
    """Return the bar of one implementation: seconds of conversations with so many calls each."""
    found = interval([s / calls for s in seconds])
    return Bar(name, found.median, found.low, found.high)
