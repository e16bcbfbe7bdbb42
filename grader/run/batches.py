"""Carries out `GainsFromBatch`: several requests together against the same ones after each other.

The submission's own model runs and fills its own caches; the grader answers in its place, so that every request gets
the text that the grader chose, and says when it ends. Texts are judged in every round, logits of some afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.bench.gate import STAGES, Gate, Measurement
from grader.course.model import Checkpoint, GainsFromBatch, Task
from grader.course.scenarios.batch_numbers import Numbers
from grader.course.scenarios.continuous import EOS, TARGET, WORDS, Setting, cast
from grader.run.findings import Finding
from grader.run.gate_messages import Told, outcome, speed_result
from grader.run.gates import Grounds, WrongWhileTimed, bar
from grader.run.growth import MODEL, Paired
from grader.run.outcome import Outcome
from grader.run.race import Race, Side
from grader.run.served import first_wrong
from grader.speed_result import Bar
from grader.worker.timing import ArgumentSet, Conversation, TimedWorker

JUDGED = 1  # conversations of each side whose logits are judged, chosen when all are over
SEEDS = 1 << 62


@dataclass
class Serving(Side):
    """Requests that are generated together, or one after another."""

    setting: Setting = field(default_factory=lambda: Setting(()))
    together: bool = True
    tokenizer: Any = None
    numbers: list[Numbers] = field(default_factory=list)  # of each conversation

    def converse(
        self, sets: Sequence[ArgumentSet], deadline_s: float, idle: int | None = None
    ) -> Conversation:
        """Generate for the requests that the seed in `sets` stands for.

        Raises:
            Fault: what the submission did in place of answering.
        """
        made = cast(self.setting, np.random.default_rng(int(sets[0][0][0])))
        prompts = [f"prompt {a.index}" for a in made.asked]
        groups = [prompts] if self.together else [[prompt] for prompt in prompts]
        sizes: Mapping[str, Any] = {"max_seq_len": self.setting.max_seq_len, "batch_size": len(prompts)}
        seen = Numbers(made, self.setting.__str__())
        self.callbacks = {"model": seen.model, "tokenizer": made.tokenizer}
        model = self.lead[0]
        calls: list[ArgumentSet] = [([model, self.tokenizer, group], sizes) for group in groups]
        found = replace(self, lead=()).plain(calls, deadline_s, None if idle is None else 2)
        if idle is None:
            self.numbers.append(seen)
            self._judge(found.values, [a.text for a in made.asked])
        return found

    def plain(self, sets: Sequence[ArgumentSet], deadline_s: float, idle: int | None) -> Conversation:
        """Make these very calls."""
        return Side.converse(self, sets, deadline_s, idle)

    def _judge(self, values: list[Any], texts: list[str]) -> None:
        found = [_pairs(value) for value in values]
        pairs = sorted(found[0], key=_index) if self.together else [pair for part in found for pair in part]
        got = [text.strip().removesuffix(WORDS[EOS]).strip() for _, text in pairs]
        if got != [text.strip() for text in texts]:
            form = f"{len(texts)} pairs (prompt_idx, text), each with the text that its prompt gets alone"
            raise WrongWhileTimed(Finding("wrong-text", form, "other texts"))


class Batches(Paired):
    """One gate `GainsFromBatch`."""

    def __init__(self, check: GainsFromBatch, task: Task, grounds: Grounds) -> None:
        super().__init__(check, task, grounds)
        self._check = check
        self._sides: list[Serving] = []

    def run(self) -> Outcome:
        """Measure, judge, and say so.

        Raises:
            Fault: what the submission did in place of answering.
            WrongWhileTimed: a text or a logit is wrong.
        """
        check = self._check
        found = self.measure(lambda clock: Gate(1 / check.threshold, has_cpu_clock=clock), STAGES[:2])
        self._judge()
        told = Told(
            f"{TARGET}, {check.requests} prompts with answers of {check.tokens} tokens",
            f"at least {check.threshold:g}x of the throughput of one request after another",
            "one after another",
            "throughput",
        )
        return outcome(check, self._task, found, told, speed_result(check, found, told, self._bars(found)))

    def make(self, workers: tuple[TimedWorker, TimedWorker], random: np.random.Generator) -> Race:
        """Return the race of one call for all requests against a call for each."""
        self._judge()
        check = self._check
        setting = Setting(((check.prompt, check.tokens),) * check.requests, check.requests)
        self._sides = [
            self._serving(w, setting, together) for w, together in zip(workers, (True, False), strict=True)
        ]
        seeds = self.generator("tokens")

        def draw(_: int) -> list[ArgumentSet]:
            return [([int(seeds.integers(SEEDS))], {})]

        made = Race(self._sides[0], self._sides[1], draw, 0, _judged, random, check.deadline_s)
        made.start(1)
        return made

    def _serving(self, worker: TimedWorker, setting: Setting, together: bool) -> Serving:
        checkpoint = self._checkpoint()
        tree = worker.checkpoint(self._grounds.folder(checkpoint), checkpoint.dtype)
        model = worker.call(MODEL, [tree], as_handle=True, deadline_s=self._check.deadline_s).value
        stand_in = worker.stand_in("reviewed", "model", target=model, shows=True)
        tokenizer = worker.stand_in(
            "tokenizer", "tokenizer", vocab=WORDS, eos_token_id=EOS, eos_token=WORDS[EOS], fresh=True
        )
        return Serving(worker, TARGET, (stand_in,), setting=setting, together=together, tokenizer=tokenizer)

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(self._check.checkpoint, "float32", public=False)

    def _judge(self) -> None:
        """Hold the logits of some conversations to the oracle.

        Raises:
            WrongWhileTimed: something is wrong.
        """
        checkpoint = self._checkpoint()
        for side in self._sides:
            chosen = self.generator("chosen").permutation(len(side.numbers))[:JUDGED]
            steps = [step for i in chosen for step in side.numbers[int(i)].steps]
            folder = self._grounds.folder(checkpoint)
            wrong = first_wrong(steps, folder, checkpoint.dtype, "model", ())
            if wrong is not None:
                raise WrongWhileTimed(wrong.finding)
            side.numbers.clear()

    def _bars(self, found: Measurement) -> tuple[Bar, ...]:
        """Return seconds a token of both ways."""
        channel = "cpu_s" if found.cpu.median > 0 else "wall_s"
        tokens = self._check.requests * self._check.tokens
        sides = (("yours", "ours"), ("one after another", "theirs"))
        return tuple(bar(name, found.seconds(side, channel), tokens) for name, side in sides)


def _judged(sets: list[ArgumentSet], ours: list[Any], theirs: list[Any]) -> None:
    """Do nothing: each side has judged its own texts."""


def _pairs(value: Any) -> list[tuple[int, str]]:
    """Return the pairs of an index and a text in a result; empty if it holds anything else."""
    pairs = [tuple(pair) for pair in value] if isinstance(value, (list, tuple)) and _are_pairs(value) else []
    return [(int(index), str(text)) for index, text in pairs]


def _are_pairs(value: Sequence[Any]) -> bool:
    return all(isinstance(p, (list, tuple)) and [type(part) for part in p] == [int, str] for p in value)


def _index(pair: tuple[int, str]) -> int:
    return pair[0]
