"""Speed verdicts: is a submission at most `threshold` times as slow as the reference?

Every time is read from outside. Of a round count the wall and CPU time of the calls, and of the whole conversation
about them, in which arguments come and results go. A busy machine adds wall time but hardly CPU time; a submission that
waits adds wall time alone; one that works early or late, in place of in the call, adds to the whole. So for one thread:

* PASS if the CPU interval lies under the threshold and the wall interval reaches below it, and the whole conversation's
  CPU time does not speak against it;
* FAIL if CPU and wall interval lie above, of the calls or of the whole;
* otherwise more rounds, then fresh processes, then INCONCLUSIVE, which costs no points.

A verdict near the threshold has to be found twice, in processes of their own: where a process's memory lies makes
some percent of difference. Where the CPU time cannot be read, and for kernels of several threads, whose CPU time
counts every thread, the wall decides alone. A time that is shorter than the machine's own measured peak allows is
INVALID: then the clock or the inputs were tampered with. Pure: what is measured comes in as a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from grader.bench.stats import Interval, interval, ratio_of_quantiles, ratios

EARLY = 6  # rounds after which what lies far from the threshold is told
FAR = 2.0  # by this factor
STAGES = (15, 30, 60)  # rounds after which a verdict is tried, before the processes are replaced
PROCESSES = 3  # pairs of processes, at most
NEAR = 1.1  # a ratio nearer to the threshold than by this factor has to be found twice
WHOLE_PASSES = 1.05  # the whole's interval has to reach below the threshold times this: it is less exact
WHOLE_FAILS = 1.1  # and fails alone only above the threshold times this


class Speed(str, Enum):
    """What a gate found."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    INVALID = "INVALID"


@dataclass(frozen=True)
class Sample:
    """One timed conversation, in seconds: wall and CPU time of the calls, and of all of it."""

    wall_s: float
    cpu_s: float
    whole_wall_s: float
    whole_cpu_s: float


NOTHING = Sample(0.0, 0.0, 0.0, 0.0)
CHANNELS = ("wall_s", "cpu_s", "whole_wall_s", "whole_cpu_s")


@dataclass(frozen=True)
class Round:
    """One conversation with each, with inputs of its own, in an order that changes from round to round.

    The idle ones are the same without the call.
    """

    ours: Sample
    theirs: Sample
    our_idle: Sample = NOTHING
    their_idle: Sample = NOTHING


@dataclass(frozen=True)
class Gate:
    """What is asked for."""

    threshold: float  # largest ratio to the reference that passes
    threads: int = 1
    has_cpu_clock: bool = True
    fastest_s: float = (
        0.0  # no honest conversation's calls are shorter: work over the machine's measured peak
    )

    @property
    def wall_decides(self) -> bool:
        """Whether the CPU time says nothing."""
        return self.threads > 1 or not self.has_cpu_clock


@dataclass(frozen=True)
class Channels:
    """The intervals of the ratio that a verdict rests on."""

    wall: Interval
    cpu: Interval
    whole_wall: Interval
    whole_cpu: Interval


@dataclass(frozen=True)
class Measurement:
    """What a gate measured, with every sample of the last processes."""

    verdict: Speed
    wall: Interval
    cpu: Interval
    rounds: tuple[Round, ...]
    processes: int
    reason: str = ""

    def seconds(self, side: str, channel: str = "cpu_s") -> list[float]:
        """Return the seconds of each round without what an idle call costs: side "ours" or "theirs"."""
        idle = idle_costs(self.rounds, channel)[0 if side == "ours" else 1]
        return [max(getattr(getattr(r, side), channel) - idle, 0.0) for r in self.rounds]


def idle_costs(rounds: Sequence[Round], channel: str) -> tuple[float, float]:
    """Return what an idle conversation costs us and them.

    Ours is never more than theirs, since a submission that is slow when nothing is to be done would gain by it; nor
    is it more than what it showed, since one that made the grader's part of its process faster would gain by that.
    """
    ours = float(np.median([getattr(r.our_idle, channel) for r in rounds]))
    theirs = float(np.median([getattr(r.their_idle, channel) for r in rounds]))
    return min(ours, theirs), theirs


def channel_ratio(rounds: Sequence[Round], channel: str, quantile: float = 0.5) -> Interval:
    """Return the interval of our time over theirs, both without what an idle conversation costs.

    A ratio per round, so that what has slowed down both cancels; where calls are so short that a round's time may be
    less than an idle one's, the ratio of the medians; for another quantile, the ratio of those.

    Raises:
        ValueError: fewer than 5 rounds.
    """
    our_idle, their_idle = idle_costs(rounds, channel)
    ours = [max(getattr(r.ours, channel) - our_idle, 0.0) for r in rounds]
    theirs = [getattr(r.theirs, channel) - their_idle for r in rounds]
    if quantile != 0.5 or min(theirs) <= 0.2 * float(np.median(theirs)):
        return ratio_of_quantiles(ours, theirs, quantile)
    return interval(ratios(ours, theirs))


def channels(gate: Gate, rounds: Sequence[Round]) -> Channels:
    """Return the intervals of all channels.

    Beside a CPU clock, the wall's only task is to see what waits: then its quicker quarter is compared, which a busy
    machine disturbs least.
    """
    quick = 0.5 if gate.wall_decides else 0.25
    return Channels(*(channel_ratio(rounds, name, quick if "wall" in name else 0.5) for name in CHANNELS))


def decide(gate: Gate, found: Channels) -> Speed | None:
    """Return PASS or FAIL if the intervals allow it, None if more rounds are needed."""
    bound = gate.threshold
    if gate.wall_decides:
        return Speed.PASS if found.wall.below(bound) else Speed.FAIL if found.wall.above(bound) else None
    within = found.whole_cpu.low <= bound * WHOLE_PASSES
    if found.cpu.below(bound) and found.wall.low <= bound and within:
        return Speed.PASS
    if found.cpu.above(bound) and (found.wall.above(bound) or found.whole_wall.above(bound)):
        return Speed.FAIL
    if found.whole_cpu.above(bound * WHOLE_FAILS) and found.whole_wall.above(bound):
        return Speed.FAIL
    return None


def measure(
    gate: Gate, one: Callable[[], Round], renew: Callable[[], None], stages: Sequence[int] = STAGES
) -> Measurement:
    """Take rounds until the gate can decide, and return the verdict with everything that it rests on.

    Args:
        gate: what is asked for.
        one: measures a round; every output has been checked when it returns.
        renew: replaces both processes: another layout in memory, another core.
        stages: numbers of rounds after which a verdict is tried, with each pair of processes.
    """
    found: list[Speed] = []
    for process in range(1, PROCESSES + 1):
        if process > 1:
            renew()
        last = _one_pair(gate, one, stages, process)
        found.append(last.verdict)
        if last.verdict is Speed.INVALID or (
            last.verdict is not Speed.INCONCLUSIVE and _is_clear(gate, last, NEAR)
        ):
            return last
        if last.verdict is not Speed.INCONCLUSIVE and found.count(last.verdict) == 2:
            return last
    told = {verdict for verdict in found if verdict is not Speed.INCONCLUSIVE}
    why = last.reason or f"{len(found)} pairs of processes do not agree at the gate of {gate.threshold:.3g}x"
    if len(told) == 1:
        why = (
            f"only one of {len(found)} pairs of processes gave a verdict at the gate of {gate.threshold:.3g}x"
        )
    return Measurement(Speed.INCONCLUSIVE, last.wall, last.cpu, last.rounds, last.processes, why)


def _one_pair(gate: Gate, one: Callable[[], Round], stages: Sequence[int], process: int) -> Measurement:
    """Take rounds with one pair of processes until they decide, or the rounds are used up."""
    rounds: list[Round] = []
    for count in (EARLY, *stages):
        while len(rounds) < count:
            rounds.append(one())
        seen = channels(gate, rounds)
        verdict = _impossible(gate, rounds) or decide(gate, seen)
        if verdict is not None and (count > EARLY or _is_clear(gate, seen, FAR)):
            reason = _reason(verdict, gate)
            return Measurement(verdict, seen.wall, seen.cpu, tuple(rounds), process, reason)
    reason = _why(gate, seen)
    return Measurement(Speed.INCONCLUSIVE, seen.wall, seen.cpu, tuple(rounds), process, reason)


def _is_clear(gate: Gate, found: Channels | Measurement, factor: float) -> bool:
    """Return whether the verdict's own channel lies at least so far from the threshold."""
    ratio = found.wall if gate.wall_decides else found.cpu
    return ratio.below(gate.threshold / factor) or ratio.above(gate.threshold * factor)


def _impossible(gate: Gate, rounds: Sequence[Round]) -> Speed | None:
    for channel in ("wall_s",) if gate.wall_decides else ("wall_s", "cpu_s"):
        # without an idle call's cost at least as much is left as its spread, hence not the difference of medians
        times = sorted(getattr(r.ours, channel) for r in rounds)
        if times[len(times) // 2] < gate.fastest_s:
            return Speed.INVALID
    return None


def _reason(verdict: Speed, gate: Gate) -> str:
    if verdict is Speed.INVALID:
        return f"half of the calls took less than the {gate.fastest_s * 1e3:.3g} ms that this machine needs at its peak"
    return ""


def _why(gate: Gate, found: Channels) -> str:
    wall, cpu, bound = found.wall, found.cpu, gate.threshold
    if gate.wall_decides or cpu.low <= bound < cpu.high:
        return f"the interval still spans the gate of {bound:.3g}x after fresh processes"
    if cpu.below(bound) and wall.above(bound):
        where = f"CPU time lies under the gate ({cpu}) and wall time above it ({wall})"
        return f"{where}: the calls wait, or the machine is busy"
    if cpu.below(bound):
        where = f"CPU time lies under the gate in the calls ({cpu}), and above it with what is around them"
        return f"{where} ({found.whole_cpu}): the submission works outside of the calls"
    return f"CPU time ({cpu}) and wall time ({wall}) contradict each other at the gate of {bound:.3g}x"
