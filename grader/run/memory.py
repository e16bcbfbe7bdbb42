"""Carries out `UsesAtMost`: the memory that one call takes, seen from outside as the process's peak.

A fresh worker for each size, since a peak never falls. Counted is what the call adds to the peak that the worker has
reached with the arguments in place and a small call behind it: threads, libraries and reserves are there then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from grader.bench.gate import Speed
from grader.course.model import Call, Case, Task, UsesAtMost
from grader.result import Message, Verdict
from grader.run import race
from grader.run.compare import judge, target
from grader.run.gates import Grounds, WrongWhileTimed, unmeasured
from grader.run.oracle_calls import arguments, find
from grader.run.outcome import Outcome
from grader.speed_result import Bar, SpeedResult, three

MIB = 1 << 20


class Memory:
    """One gate `UsesAtMost`.

    Args:
        check: what is asked for.
        task: whose check it is.
        grounds: what it is carried out with.
    """

    def __init__(self, check: UsesAtMost, task: Task, grounds: Grounds) -> None:
        self._check, self._task, self._grounds = check, task, grounds

    def run(self) -> Outcome:
        """Measure every size, and judge the last.

        Raises:
            Fault: what the submission did in place of answering.
            WrongWhileTimed: one of its results is wrong.
        """
        check = self._check
        self._grounds.session.refuse(check.target)
        sizes = [self._grown(axes, number) for number, axes in enumerate(check.axes[1:], start=1)]
        if None in sizes:
            reason = "how much memory a process holds cannot be read on this system"
            return unmeasured(check, self._task, check.target, reason)
        known = [float(size) for size in sizes if size is not None]
        speed = self._speed(known)
        if speed.verdict == Speed.PASS.value:
            return Outcome(Verdict.PASS, 1, 1, speed=speed)
        message = Message(
            kind="too-much-memory",
            called=f"{check.target}, {check.labels[-1]}",
            expected=f"at most {three(check.bound_bytes / MIB)} MiB beside arguments and process: {check.against}",
            got=f"{three(known[-1] / MIB)} MiB; {three(known[0] / MIB)} MiB at {check.labels[0]}",
            rerun=f"grader check {self._task.id}",
        )
        return Outcome(Verdict.FAIL, 0, 1, message, speed=speed)

    def _grown(self, axes: Mapping[str, Any], number: int) -> int | None:
        """Return by how many bytes a fresh worker's peak grows in a call of one size; None if it cannot be read."""
        check = self._check
        small, large = self._call(check.axes[0], 10 * number), self._call(axes, 10 * number + 1)
        worker = self._grounds.session.apart(None, race.ENVIRONMENT)
        try:
            for call in (
                small,
                large,
                small,
            ):  # what the arguments and the transport of them take is in the peak
                idle = 0 if call is large else None
                worker.converse(check.target, [_set(call)], deadline_s=check.deadline_s, idle=idle)
            before = worker.peak_bytes()
            found = worker.converse(check.target, [_set(large)], deadline_s=check.deadline_s)
            after = worker.peak_bytes()
        finally:
            self._grounds.session.end(worker)
        with torch.no_grad():
            expected = find(check.oracle)(**arguments(large, self._grounds.folder))
        finding = judge(found.values[0], target(expected, large.dtype, check.tolerance), ())
        if finding is not None:
            raise WrongWhileTimed(finding)
        return after - before if before > 0 else None

    def _call(self, axes: Mapping[str, Any], number: int) -> Call:
        case = Case(axes, False, number)
        assert self._check.inputs is not None
        return self._check.inputs(case, self._grounds.generator(self._task.id, self._check, case))

    def _speed(self, known: list[float]) -> SpeedResult:
        check = self._check
        ratio = known[-1] / check.bound_bytes
        bars = [Bar(name, size, size, size) for name, size in zip(check.labels, known, strict=True)]
        bound = check.bound_bytes
        return SpeedResult(
            group=check.group,
            label=check.labels[-1],
            verdict=(Speed.PASS if ratio <= 1 else Speed.FAIL).value,
            unit="memory",
            against="the bound",
            threshold=1.0,
            wall=(ratio, ratio, ratio),
            bars=(*bars, Bar("the bound", bound, bound, bound)),
            rounds=1,
            processes=len(known),
        )


def _set(call: Call) -> tuple[list[Any], Mapping[str, Any]]:
    return list(call.args.values()), call.by_name
