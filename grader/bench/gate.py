"""Speed verdicts: is a submission at most `threshold` times as slow as the reference?

Two channels per call: wall time, and the worker's CPU time read from outside. A busy machine adds wall time but hardly
CPU time; a submission that sleeps or waits adds wall time alone. So for kernels of one thread:

* PASS if the CPU interval lies under the threshold and the wall interval reaches below it;
* FAIL if both intervals lie above;
* otherwise more rounds, then fresh processes, then INCONCLUSIVE, which costs no points.

For kernels of several threads the wall decides alone, since their CPU time counts every thread. A time that is shorter
than the machine's own measured peak allows is INVALID: then the clock or the inputs were tampered with. Pure: what is
measured comes in as a function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from grader.bench.stats import Interval, interval, ratios

STAGES = (15, 30, 60)  # rounds after which a verdict is tried, before the processes are replaced
FRESH = (30, 60)  # the same, after that


class Speed(str, Enum):
    """What a gate found."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    INVALID = "INVALID"


@dataclass(frozen=True)
class Sample:
    """One timed call: wall and CPU seconds."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Round:
    """One call of each, with inputs of its own, in an order that changes from round to round."""

    ours: Sample
    theirs: Sample


@dataclass(frozen=True)
class Gate:
    """What is asked for."""

    threshold: float  # largest ratio to the reference that passes
    threads: int = 1
    idle: Sample = Sample(0.0, 0.0)  # what a call costs that does nothing
    fastest_s: float = 0.0  # no honest call is shorter: work over the machine's measured peak


@dataclass(frozen=True)
class Measurement:
    """What a gate measured, with every sample."""

    verdict: Speed
    wall: Interval
    cpu: Interval
    rounds: tuple[Round, ...]
    processes: int
    reason: str = ""


@dataclass
class _Samples:
    rounds: list[Round] = field(default_factory=list)

    def ratio(self, channel: str, idle: Sample) -> Interval:
        ours = [getattr(r.ours, channel) for r in self.rounds]
        theirs = [getattr(r.theirs, channel) for r in self.rounds]
        return interval(ratios(ours, theirs, getattr(idle, channel)))


def decide(gate: Gate, wall: Interval, cpu: Interval) -> Speed | None:
    """Return PASS or FAIL if the intervals allow it, None if more rounds are needed."""
    bound = gate.threshold
    if gate.threads > 1:
        return Speed.PASS if wall.below(bound) else Speed.FAIL if wall.above(bound) else None
    if cpu.below(bound) and wall.low <= bound:
        return Speed.PASS
    if cpu.above(bound) and wall.above(bound):
        return Speed.FAIL
    return None


def measure(gate: Gate, one: Callable[[], Round], renew: Callable[[], None]) -> Measurement:
    """Take rounds until the gate can decide, and return the verdict with everything that it rests on.

    Args:
        gate: what is asked for.
        one: measures a round; every output has been checked when it returns.
        renew: replaces both processes: another layout in memory, another core.
    """
    processes = 1
    samples = _Samples()
    for stages in (STAGES, FRESH):
        for count in stages:
            while len(samples.rounds) < count:
                samples.rounds.append(one())
            wall, cpu = samples.ratio("wall_s", gate.idle), samples.ratio("cpu_s", gate.idle)
            verdict = _impossible(gate, samples) or decide(gate, wall, cpu)
            if verdict is not None:
                return Measurement(
                    verdict, wall, cpu, tuple(samples.rounds), processes, _reason(verdict, gate)
                )
        last = Measurement(
            Speed.INCONCLUSIVE, wall, cpu, tuple(samples.rounds), processes, _why(gate, wall, cpu)
        )
        if stages is STAGES:
            renew()
            processes, samples = processes + 1, _Samples()
    return last


def _impossible(gate: Gate, samples: _Samples) -> Speed | None:
    fastest = sorted(r.ours.wall_s - gate.idle.wall_s for r in samples.rounds)[len(samples.rounds) // 2]
    return Speed.INVALID if fastest < gate.fastest_s else None


def _reason(verdict: Speed, gate: Gate) -> str:
    if verdict is Speed.INVALID:
        return f"half of the calls took less than the {gate.fastest_s * 1e3:.3g} ms that this machine needs at its peak"
    return ""


def _why(gate: Gate, wall: Interval, cpu: Interval) -> str:
    if gate.threads > 1 or cpu.low <= gate.threshold < cpu.high:
        return f"the interval still spans the gate of {gate.threshold:.3g}x after fresh processes"
    if cpu.below(gate.threshold):
        where = f"CPU time lies under the gate ({cpu}) and wall time above it ({wall})"
        return f"{where}: the calls wait, or the machine is busy"
    return (
        f"CPU time ({cpu}) and wall time ({wall}) contradict each other at the gate of {gate.threshold:.3g}x"
    )
