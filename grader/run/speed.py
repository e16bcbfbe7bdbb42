"""Carries out `FasterThan`: a race of the submission against the reference, and what it says to the student.

Knows sessions, oracles and the gate's statistics; what a round is stands in `grader.run.race`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from grader.bench.gate import Gate, Measurement, measure
from grader.bench.machine import Machine
from grader.course.arrays import EPS, numbers
from grader.course.model import Call, Case, FasterThan, Rival, Task
from grader.run import race
from grader.run.compare import judge, target
from grader.run.gate_messages import Told, outcome, speed_result
from grader.run.gates import Grounds, WrongWhileTimed, bar, machine
from grader.run.oracle_calls import arguments, find
from grader.run.outcome import Outcome
from grader.run.race import Race, RivalSide, Side
from grader.speed_result import Bar, SpeedResult, three
from grader.worker.faults import Fault
from grader.worker.timing import ArgumentSet, Conversation, TimedWorker
from grader.worker.wire import Array

BESIDE_ROUNDS = 5
BESIDE_MOST_S = 0.5  # a call beside that takes longer is not measured
SURELY_RIGHT = 16  # eps of a row's size: within it of the reference's result, no oracle is asked


class Faster:
    """One gate `FasterThan`.

    Args:
        check: what is asked for.
        task: whose check it is.
        grounds: what it is carried out with.
    """

    def __init__(self, check: FasterThan, task: Task, grounds: Grounds) -> None:
        self._check, self._task, self._grounds = check, task, grounds
        self._drawn = 0
        self._pairs = 0
        self._calls: list[Call] = []
        self._workers: list[TimedWorker] = []
        self._race: Race | None = None

    def run(self) -> Outcome:
        """Race, judge and say so.

        Raises:
            Fault: what the submission did in place of answering.
            WrongWhileTimed: one of its results is wrong.
            NoRival, RivalFailed: the reference cannot be raced against.
        """
        check = self._check
        self._grounds.session.refuse(check.target)
        cores = race.cores()
        peak = machine() if self._task.device == "cpu" else None  # of a GPU nobody has measured it
        try:
            with race.off(cores[0] if cores else None):
                self._renew()
                assert self._race is not None
                fastest_s = peak.fastest_s(check.flops) * self._race.calls if peak is not None else 0.0
                gate = Gate(check.threshold, has_cpu_clock=self._has_cpu_clock(), fastest_s=fastest_s)
                found = measure(gate, lambda: self._race.one(), self._renew)  # type: ignore[union-attr]
                bars = self._bars(found)
        finally:
            self._stop()
        return outcome(check, self._task, found, self._told(), self._result(found, bars, peak))

    def _has_cpu_clock(self) -> bool:
        return all(worker.cpu_s() > 0 for worker in self._workers)

    def _renew(self) -> None:
        """Start fresh workers of both sides on one core, another than last time, and warm them up."""
        check, calls = self._check, self._race.calls if self._race is not None else None
        self._stop()
        usable = race.cores()
        core = usable[self._pairs % len(usable)] if usable else None
        theirs = self._grounds.rival().worker(core, race.ENVIRONMENT, self._task.device)
        self._workers.append(theirs)
        ours = self._grounds.session.apart(core, race.ENVIRONMENT)
        self._workers.append(ours)
        self._pairs += 1
        random = self._grounds.generator(self._task.id, check, Case({"order": 0}, False, self._pairs))
        self._race = Race(
            Side(ours, check.target),
            RivalSide(theirs, check.rival.target, check.rival.lead),
            self._draw,
            list(self._one_call().args).index(check.idle),
            self._judge,
            random,
            check.deadline_s,
        )
        self._race.start(calls)

    def _stop(self) -> None:
        for worker in self._workers:
            self._grounds.session.end(worker)
        self._workers.clear()

    def _one_call(self) -> Call:
        self._drawn += 1
        case = Case(self._check.axes, False, self._drawn)
        assert self._check.inputs is not None
        return self._check.inputs(case, self._grounds.generator(self._task.id, self._check, case))

    def _draw(self, count: int) -> list[ArgumentSet]:
        self._calls = [self._one_call() for _ in range(count)]
        return [(list(call.args.values()), call.by_name) for call in self._calls]

    def _judge(self, sets: Sequence[ArgumentSet], ours: list[Any], theirs: list[Any]) -> None:
        for call, got, right in zip(self._calls, ours, theirs, strict=True):
            if surely_right(got, right, call.dtype):
                continue
            named = arguments(call, self._grounds.folder)
            with torch.no_grad():
                expected = find(self._check.oracle)(**named)
            finding = judge(got, target(expected, call.dtype, self._check.tolerance), ())
            if finding is not None:
                raise WrongWhileTimed(finding)

    def _bars(self, found: Measurement) -> tuple[Bar, ...]:
        """Return ours, the rival's, and those that are measured for the report only."""
        assert self._race is not None
        calls = self._race.calls
        sides = (("yours", "ours"), (self._check.rival.name, "theirs"))
        bars = [bar(name, found.seconds(side, self._channel()), calls) for name, side in sides]
        for rival in self._check.beside:
            seconds = self._beside(rival)
            if seconds:
                bars.append(bar(rival.name, seconds, 1))
        return tuple(bars)

    def _beside(self, rival: Rival) -> list[float]:
        """Measure a function of the reference alone; nothing if a call of it takes too long or fails."""
        assert self._race is not None
        side = Side(self._race.theirs.worker, rival.target, rival.lead)
        seconds: list[float] = []
        idle = list(self._one_call().args).index(self._check.idle)
        try:
            for turn in range(BESIDE_ROUNDS + 1):
                taken = self._seconds(side.converse(self._draw(1), self._check.deadline_s))
                taken -= self._seconds(side.converse(self._draw(1), self._check.deadline_s, idle))
                if taken > BESIDE_MOST_S:
                    return []
                seconds += [max(taken, 0.0)] if turn else []  # the first warms up
        except Fault:
            return []
        return seconds

    def _channel(self) -> str:
        """Return which time bars show: CPU time, which other programs do not disturb, where there is a clock."""
        return "cpu_s" if self._has_cpu_clock() else "wall_s"

    def _seconds(self, found: Conversation) -> float:
        return float(getattr(found, self._channel()))

    def _result(self, found: Measurement, bars: tuple[Bar, ...], peak: Machine | None) -> SpeedResult:
        return speed_result(
            self._check,
            found,
            self._told(),
            bars,
            flops=self._check.flops,
            moved_bytes=self._check.moved_bytes,
            peak_flops=peak.flops if peak is not None else 0.0,
            peak_bytes_per_s=peak.bytes_per_s if peak is not None else 0.0,
        )

    def _told(self) -> Told:
        check = self._check
        return Told(
            f"{check.target}, {check.label}",
            f"at most {three(check.threshold)}x of the time that {check.rival.name} of the reference takes",
            check.rival.name,
        )


def surely_right(got: Any, right: Any, dtype: str) -> bool:
    """Return whether a result is so near to the reference's that no tolerance could tell them apart.

    Measured in the size of each row: a tolerance allows more, since its magnitude sums up absolute values.
    """
    if not isinstance(got, Array) or not isinstance(right, Array) or got.shape != right.shape:
        return False
    if got.dtype != dtype or right.dtype != dtype:
        return False
    mine, theirs = numbers(got), numbers(right)
    size = np.sqrt(np.mean(np.square(theirs), axis=-1, keepdims=True))
    with np.errstate(invalid="ignore"):
        return bool(np.all(np.abs(mine - theirs) <= SURELY_RIGHT * EPS[dtype] * size))
