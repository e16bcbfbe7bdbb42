"""Carries out the gates in which a submission is compared with itself: growth, memory, batches.

Knows sessions and rounds; the words for the student are in `grader.run.gate_messages`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from grader.bench.gate import Gate, Measurement, measure
from grader.course.arrays import make
from grader.course.model import Case, Checkpoint, Measured, ScalesLike, Task
from grader.oracles.qwen2 import logits
from grader.run import race
from grader.run.compare import judge, target
from grader.run.gate_messages import Told, outcome, speed_result
from grader.run.gates import Grounds, WrongWhileTimed, bar
from grader.run.outcome import Outcome
from grader.run.race import Race, Side
from grader.speed_result import Bar
from grader.worker.timing import ArgumentSet, Conversation, TimedWorker
from grader.worker.wire import Array, Handle

STAGES = (15, 30)  # rounds: a text grows meanwhile, so there must not be many
CALLS = 2  # tokens a conversation
PREFILL = 64  # tokens a call, before anything is timed
MODEL = "qwen2_week2.Qwen2ModelWeek2"
CACHE = "kv_cache.TinyKvFullCache"


class Paired:
    """Two fresh workers of the submission on one core, and the race between them.

    Args:
        check: what is asked for.
        task: whose check it is.
        grounds: what it is carried out with.
    """

    def __init__(self, check: Measured, task: Task, grounds: Grounds) -> None:
        self._task, self._grounds, self._measured = task, grounds, check
        self._pairs = 0
        self._workers: list[TimedWorker] = []
        self._race: Race | None = None

    def measure(self, gate: Callable[[bool], Gate], stages: Sequence[int]) -> Measurement:
        """Race until the gate can decide; `gate` is told whether there is a CPU clock."""
        cores = race.cores()
        try:
            with race.off(cores[0] if cores else None):
                self._renew()
                has_clock = all(worker.cpu_s() > 0 for worker in self._workers)
                return measure(gate(has_clock), self._one, self._renew, stages)
        finally:
            self._stop()

    def make(self, workers: tuple[TimedWorker, TimedWorker], random: np.random.Generator) -> Race:
        """Return the race of two fresh workers, warmed up."""
        raise NotImplementedError

    def generator(self, name: str) -> np.random.Generator:
        """Return a generator for the present pair of workers."""
        return self._grounds.generator(
            f"{self._task.id} {name}", self._measured, Case({}, False, self._pairs)
        )

    def _one(self) -> Any:
        assert self._race is not None
        return self._race.one()

    def _renew(self) -> None:
        self._stop()
        usable = race.cores()
        core = usable[self._pairs % len(usable)] if usable else None
        for _ in range(2):
            self._workers.append(self._grounds.session.apart(core, race.ENVIRONMENT))
        self._pairs += 1
        self._race = self.make((self._workers[0], self._workers[1]), self.generator("order"))

    def _stop(self) -> None:
        for worker in self._workers:
            self._grounds.session.end(worker)
        self._workers.clear()


@dataclass
class Decoding(Side):
    """One text that is decoded token by token at a position of its own, and what the model said about it."""

    cache: list[Handle] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    said: list[tuple[int, Any]] = field(default_factory=list)  # position, logits

    def feed(self, ids: Sequence[int], deadline_s: float) -> None:
        """Feed several tokens in one call, untimed."""
        array = make(np.array([list(ids)]), "int32")
        value = self.worker.call(self.target, [array, len(self.ids), self.cache], deadline_s=deadline_s).value
        self._keep(value, list(ids))

    def converse(
        self, sets: Sequence[ArgumentSet], deadline_s: float, idle: int | None = None
    ) -> Conversation:
        """Feed the tokens of `sets` one by one at the positions that come next; an idle conversation feeds none."""
        start = len(self.ids)
        placed = [([*args, start + i, self.cache], kwargs) for i, (args, kwargs) in enumerate(sets)]
        found = super().converse(placed, deadline_s, idle)
        if idle is None:
            for (args, _), value in zip(sets, found.values, strict=True):
                self._keep(value, [int(np.frombuffer(args[0].data, np.int32)[0])])
        return found

    def _keep(self, value: Any, ids: list[int]) -> None:
        self.said.append((len(self.ids), value))
        self.ids += ids


class Growth(Paired):
    """One gate `ScalesLike`: a late token against an early one."""

    def __init__(self, check: ScalesLike, task: Task, grounds: Grounds) -> None:
        super().__init__(check, task, grounds)
        self._check = check
        self._sides: list[Decoding] = []

    def run(self) -> Outcome:
        """Measure, judge every answer, and say so.

        Raises:
            Fault: what the submission did in place of answering.
            WrongWhileTimed: one of its answers is wrong.
        """
        check = self._check
        found = self.measure(lambda clock: Gate(check.threshold, has_cpu_clock=clock), STAGES)
        self._judge()
        early, late = check.positions
        told = Told(
            f"{MODEL}, one token beside a cache",
            f"a token at position {late} takes at most {check.threshold:g}x of the time of one at position {early}",
            f"position {early}",
        )
        speed = speed_result(check, found, told, self._bars(found))
        return outcome(check, self._task, found, told, speed)

    def make(self, workers: tuple[TimedWorker, TimedWorker], random: np.random.Generator) -> Race:
        """Return the race of two texts, fed up to their positions."""
        if self._sides:
            self._judge()
        early, late = self._check.positions
        self._sides = [
            self._text(worker, length) for worker, length in zip(workers, (late, early), strict=True)
        ]
        draws = self.generator("tokens")

        def draw(count: int) -> list[ArgumentSet]:
            return [([make(draws.integers(0, 256, (1, 1)), "int32")], {}) for _ in range(count)]

        made = Race(self._sides[0], self._sides[1], draw, 0, _later, random, self._check.deadline_s)
        made.start(CALLS)
        return made

    def _text(self, worker: TimedWorker, length: int) -> Decoding:
        checkpoint = Checkpoint(self._check.checkpoint, "float32", public=False)
        tree = worker.checkpoint(self._grounds.folder(checkpoint), checkpoint.dtype)
        model = worker.call(MODEL, [tree], as_handle=True, deadline_s=self._check.deadline_s).value
        layers = _layers(self._check.checkpoint)
        caches = [worker.call(CACHE, as_handle=True).value for _ in range(layers)]
        text = Decoding(worker, model, cache=caches)
        ids = [int(i) for i in self.generator(f"text {length}").integers(0, 256, length)]
        for start in range(0, length, PREFILL):
            text.feed(ids[start : start + PREFILL], self._check.deadline_s)
        return text

    def _judge(self) -> None:
        """Hold everything that the model said about both texts to the oracle.

        Raises:
            WrongWhileTimed: something is wrong.
        """
        folder = self._grounds.folder(Checkpoint(self._check.checkpoint, "float32", public=False))
        for text in self._sides:
            with torch.no_grad():
                right = logits(folder, torch.tensor([text.ids]))
            want = target(right, "float32", "model")
            # a sampled magnitude is too small here and there among so many: a position's largest holds for all of it
            bound = np.broadcast_to(want.bound.max(axis=-1, keepdims=True), want.bound.shape)
            for start, value in text.said:
                count = value.shape[1] if isinstance(value, Array) and len(value.shape) == 3 else 1
                part = slice(start, start + count)
                piece = replace(want, value=want.value[:, part], bound=bound[:, part])
                finding = judge(value, piece, ("row", "position", "token"))
                if finding is not None:
                    raise WrongWhileTimed(finding)
            text.said.clear()

    def _bars(self, found: Measurement) -> tuple[Bar, ...]:
        early, late = self._check.positions
        channel = "cpu_s" if found.cpu.median > 0 else "wall_s"
        sides = ((early, "theirs"), (late, "ours"))
        return tuple(bar(f"position {place}", found.seconds(side, channel), CALLS) for place, side in sides)


def _later(sets: list[ArgumentSet], ours: list[Any], theirs: list[Any]) -> None:
    """Judge nothing yet: both texts are judged whole, by one evaluation of the oracle."""


def _layers(name: str) -> int:
    from grader.course.checkpoints import config

    layers: int = config(name)["num_hidden_layers"]
    return layers
