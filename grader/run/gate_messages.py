"""What a measurement says to the student: an outcome, its message, and the figures for the report. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.bench.gate import Measurement, Speed
from grader.course.model import Check, Task
from grader.result import Message, Verdict
from grader.run.gates import triple, unmeasured
from grader.run.outcome import Outcome
from grader.speed_result import Bar, SpeedResult, three

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Told:
    """The words of one gate."""

    called: str  # what was measured
    expected: str  # the sentence of the gate
    against: str  # what the threshold refers to
    unit: str = "time"


def speed_result(
    check: Any, found: Measurement, told: Told, bars: Sequence[Bar], **more: float
) -> SpeedResult:
    """Return the figures of a measurement of `check`, which has `group`, `label` and `threshold`."""
    wall, cpu = triple(found.wall), triple(found.cpu) if found.cpu.median > 0 else None
    if told.unit == "throughput":  # of times, the other way round
        wall, cpu = _inverse(wall), _inverse(cpu) if cpu is not None else None
    return SpeedResult(
        group=check.group,
        label=check.label,
        verdict=found.verdict.value,
        unit=told.unit,
        against=told.against,
        threshold=check.threshold,
        wall=wall,
        cpu=cpu,
        bars=tuple(bars),
        rounds=len(found.rounds),
        processes=found.processes,
        reason=found.reason,
        **more,
    )


def outcome(check: Check, task: Task, found: Measurement, told: Told, speed: SpeedResult) -> Outcome:
    """Return what a measurement means for a check."""
    if found.verdict is Speed.PASS:
        return Outcome(Verdict.PASS, 1, 1, speed=speed)
    if found.verdict is Speed.INCONCLUSIVE:
        return unmeasured(check, task, told.called, found.reason, speed)
    kind, got = "too-slow", f"{_ratios(speed)}; gate {speed.bound_text()}; {len(found.rounds)} rounds"
    if found.verdict is Speed.INVALID:
        kind, got = "impossible-speed", f"{found.reason}; {len(found.rounds)} rounds"
    rerun = f"grader check {task.id}"
    return Outcome(
        Verdict.FAIL, 0, 1, Message(kind, told.called, told.expected, got, rerun=rerun), speed=speed
    )


def _ratios(speed: SpeedResult) -> str:
    """Return "3.2x [3.1, 3.3] of rung 2's CPU time, 3.3x of its wall time"."""
    whose = f"of {speed.against}'s"
    if speed.unit == "throughput":
        median, low, high = speed.cpu or speed.wall
        return f"{three(median)}x [{three(low)}, {three(high)}] of the throughput of {speed.against}"
    if speed.cpu is None:
        median, low, high = speed.wall
        return f"{three(median)}x [{three(low)}, {three(high)}] {whose} wall time"
    median, low, high = speed.cpu
    cpu = f"{three(median)}x [{three(low)}, {three(high)}] {whose} CPU time"
    return f"{cpu}, {three(speed.wall[0])}x of its wall time"


def _inverse(ratio: Triple) -> Triple:
    median, low, high = (1 / max(value, 1e-6) for value in ratio)
    return median, high, low
