"""Two workers in turns on one core: rounds of timed conversations, every output checked. The clock is here.

Knows workers and rounds; nothing about verdicts (`grader.bench.gate`), oracles or the course.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.bench.gate import Round, Sample
from grader.worker.faults import Fault
from grader.worker.timing import ArgumentSet, Conversation, TimedWorker
from grader.worker.wire import Handle

ENVIRONMENT = {"KERNELS_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""What timed workers find: one thread each."""

LEAST_S = 2e-3  # calls that are shorter go several to a conversation
MOST_CALLS = 16

Draw = Callable[[int], list[ArgumentSet]]
"""Makes the arguments of so many calls, all new."""

Check = Callable[[list[ArgumentSet], list[Any], list[Any]], None]
"""Looks at the results of one round, ours and theirs, and raises if one of ours is wrong."""


@dataclass
class Side:
    """One participant: where it runs and what is called there."""

    worker: TimedWorker
    target: str | Handle
    lead: tuple[Any, ...] = ()  # arguments before those of a set: the number of a rung
    method: str | None = None
    callbacks: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    def converse(
        self, sets: Sequence[ArgumentSet], deadline_s: float, idle: int | None = None
    ) -> Conversation:
        """Make the calls on `sets`, or none if `idle` names an argument to hand back.

        Raises:
            Fault: what the submission did in place of answering.
        """
        return self.worker.converse(
            self.target,
            [((*self.lead, *args), kwargs) for args, kwargs in sets],
            deadline_s=deadline_s,
            method=self.method,
            idle=None if idle is None else len(self.lead) + idle,
            callbacks=self.callbacks,
        )


class RivalFailed(Exception):
    """The reference did not answer: no fault of the submission."""


class RivalSide(Side):
    """The reference's side."""

    def converse(
        self, sets: Sequence[ArgumentSet], deadline_s: float, idle: int | None = None
    ) -> Conversation:
        """Make the calls as `Side.converse` does.

        Raises:
            RivalFailed: the reference did not answer.
        """
        try:
            return super().converse(sets, deadline_s, idle)
        except Fault as fault:
            raise RivalFailed(f"the reference failed while it was timed: {fault}") from fault


class Race:
    """Rounds of two sides.

    Args:
        ours: the submission's side.
        theirs: the reference's; a failure of it is no fault of the submission.
        draw: makes inputs; called after the round before was closed, once for the calls and once for the idle ones.
        idle: which argument an idle call hands back: the one that is as large as a result.
        check: judges the results of a round.
        random: chooses the order in each round.
        deadline_s: for each request.
    """

    def __init__(
        self,
        ours: Side,
        theirs: Side,
        draw: Draw,
        idle: int,
        check: Check,
        random: np.random.Generator,
        deadline_s: float = 5.0,
    ) -> None:
        self.ours, self.theirs = ours, theirs
        self._draw, self._idle, self._check, self._random = draw, idle, check, random
        self._deadline_s = deadline_s
        self.calls = 1

    def start(self, calls: int | None = None) -> None:
        """Warm both up, and choose how many calls go to a conversation: by the reference's time alone.

        Raises:
            Fault: of the submission.
            RivalFailed: of the reference.
        """
        for _ in range(2):
            sets = self._draw(1)
            theirs = self._converse(False, sets)
            self._check(sets, self._converse(True, sets).values, theirs.values)
        empty = self._converse(False, self._draw(1), self._idle)
        one_s = max(theirs.wall_s - empty.wall_s, 1e-5)
        self.calls = calls or min(MOST_CALLS, max(1, math.ceil(LEAST_S / one_s)))

    def one(self) -> Round:
        """Measure one round.

        Raises:
            Fault: of the submission.
            RivalFailed: of the reference.
        """
        idle_first = bool(self._random.integers(2))
        idle = self._pair(self._idle) if idle_first else None
        ours, theirs = self._pair(None)
        our_idle, their_idle = idle or self._pair(self._idle)
        return Round(ours, theirs, our_idle, their_idle)

    def _pair(self, idle: int | None) -> tuple[Sample, Sample]:
        """Let both converse about the same new inputs, in random order."""
        sets = self._draw(self.calls)
        found: dict[bool, Conversation] = {}
        our_turn = bool(self._random.integers(2))
        for turn in (our_turn, not our_turn):
            found[turn] = self._converse(turn, sets, idle)
        if idle is None:
            self._check(sets, found[True].values, found[False].values)
        return sample(found[True]), sample(found[False])

    def _converse(self, ours: bool, sets: list[ArgumentSet], idle: int | None = None) -> Conversation:
        return (self.ours if ours else self.theirs).converse(sets, self._deadline_s, idle)


def sample(found: Conversation) -> Sample:
    """Return the times of a conversation."""
    return Sample(found.wall_s, found.cpu_s, found.whole_wall_s, found.whole_cpu_s)


def cores() -> list[int]:
    """Return the CPUs that this process may use, the last first; none where a process cannot be pinned."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0), reverse=True)


@contextlib.contextmanager
def off(core: int | None) -> Iterator[None]:
    """Keep this thread off a core within this context, if there is another."""
    before = set(cores())
    rest = before - {core}
    if core is None or not rest or rest == before:
        yield
        return
    os.sched_setaffinity(0, rest)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
