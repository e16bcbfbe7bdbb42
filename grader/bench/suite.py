"""Runs the benchmark: shape by shape, everybody in turns, and keeps every sample.

A round takes one sample of each implementation, in an order drawn anew, so that what the machine does at the moment
hits all of them. A sample is the mean of as many calls as take a few milliseconds. Inputs change from call to call, and
where a call is bound by its weights there are so many sets of them that they come from memory and not from a cache.
An implementation whose call would take too long is left out and says so. Knows nothing about files or terminals.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from grader.bench.contenders import Contender, Lost
from grader.bench.shapes import Shape
from grader.bench.stats import interval
from grader.bench_result import BenchResult, Series, ShapeResult
from grader.speed_result import Bar

LEAST_ROUNDS = 5  # of fewer samples no interval can be had
SAMPLE_S = 3e-3  # a sample takes about this long, or one call
MOST_COPIES = 64
WRONG = 0.25  # relative error of the checked row from which a result counts as wrong; half precision may reach 0.1
SEED = 2026


@dataclass(frozen=True)
class Limits:
    """How long things may take."""

    rounds: int = 15
    call_s: float = 2.0  # a slower implementation is left out
    series_s: float = 4.0  # one that would need longer gets fewer rounds, at least `LEAST_ROUNDS`
    cold: bool = True  # whether what decoding reads comes from memory; otherwise from the cache, if it fits


Listener = Callable[[BenchResult, int, int], None]
"""Told after every shape: the result so far, how many shapes are done, how many there are."""


@dataclass
class _Entry:
    contender: Contender
    name: str
    rounds: int = 0
    calls: int = 1
    error: float = 0.0
    reason: str = ""
    samples: list[float] = field(default_factory=list)

    def series(self) -> Series:
        bar = None
        if len(self.samples) >= LEAST_ROUNDS:
            found = interval(self.samples)
            bar = Bar(self.name, found.median, found.low, found.high)
        reason = self.reason or ("" if bar else "interrupted before five rounds")
        error = self.error if math.isfinite(self.error) else 1e9
        return Series(self.name, bar, tuple(self.samples), self.calls, error, reason)


class Suite:
    """The benchmark.

    Args:
        contenders: who takes part, the submission first.
        threads: how many threads everybody computes with.
        limits: how long things may take.
        listener: told after every shape.
    """

    def __init__(
        self, contenders: Sequence[Contender], threads: int, limits: Limits, listener: Listener | None = None
    ) -> None:
        self._contenders, self._threads, self._limits = list(contenders), threads, limits
        self._listener = listener or (lambda result, done, total: None)
        self._random = np.random.default_rng(SEED)
        self._rates: dict[tuple[str, str, str], float] = {}  # FLOP/s by name, operation and dtype
        self._open: tuple[Shape, list[_Entry]] | None = None
        self._cache_bytes = last_cache_bytes()

    def run(self, shapes: Sequence[Shape], start: BenchResult) -> BenchResult:
        """Measure every shape and return `start` with what was measured.

        Whatever ends this early (Ctrl-C), the listener has been told about every finished shape, and about the one
        under way as far as it came.
        """
        began = time.monotonic()
        result = replace(start, complete=False)
        for number, shape in enumerate(shapes):
            order: list[tuple[int, int, str]] = []
            try:
                self._measure(shape, number, order)
            except BaseException:
                if self._open is not None and any(entry.samples for entry in self._open[1]):
                    self._listener(self._with(result, order, began), number, len(shapes))
                raise
            result = self._with(result, order, began)
            if number == len(shapes) - 1:
                result = replace(result, complete=True)
            self._listener(result, number + 1, len(shapes))
        return result

    def _with(self, result: BenchResult, order: list[tuple[int, int, str]], began: float) -> BenchResult:
        assert self._open is not None
        shape, entries = self._open
        found = ShapeResult(
            shape.op,
            shape.model,
            shape.group,
            shape.label,
            shape.flops,
            shape.moved_bytes,
            tuple(entry.series() for entry in entries),
        )
        return replace(
            result,
            shapes=(*result.shapes, found),
            order=(*result.order, *order),
            seconds=round(time.monotonic() - began, 1),
        )

    def _measure(self, shape: Shape, number: int, order: list[tuple[int, int, str]]) -> None:
        entries = [_Entry(c, name) for c in self._contenders for name in c.names(shape.op)]
        self._open = (shape, entries)
        for entry in entries:
            entry.reason = self._too_slow(entry, shape)
        for contender in self._contenders:
            mine = [e for e in entries if e.contender is contender and not e.reason]
            if mine:
                self._guarded(mine, lambda c=contender, m=mine: self._prepare(c, shape, number, m))  # type: ignore[misc]
        for entry in entries:
            if not entry.reason:
                self._guarded([entry], lambda e=entry: self._warm(e, shape))  # type: ignore[misc]
        for turn in range(self._limits.rounds):
            ready = [e for e in entries if not e.reason and turn < e.rounds]
            for index in self._random.permutation(len(ready)):
                entry = ready[index]
                if self._guarded([entry], lambda e=entry: self._sample(e)):  # type: ignore[misc]
                    order.append((number, turn, entry.name))

    def _guarded(self, entries: list[_Entry], action: Callable[[], None]) -> bool:
        """Do something; if the process is lost, so is everything that it would have computed, from now on."""
        try:
            action()
        except Lost as lost:
            contender = entries[0].contender
            assert self._open is not None
            for entry in self._open[1]:
                if entry.contender is contender and not entry.reason:
                    entry.reason, entry.samples = str(lost), []
            self._contenders.remove(contender)
            return False
        return True

    def _too_slow(self, entry: _Entry, shape: Shape) -> str:
        rate = self._rates.get((entry.name, shape.op, shape.dtype))
        seconds = shape.flops / rate if rate else 0.0
        if seconds <= 1.5 * self._limits.call_s:  # a larger shape may run at a better rate
            return ""
        return f"left out: a call would take about {seconds:.2g} s"

    def _prepare(self, contender: Contender, shape: Shape, number: int, entries: list[_Entry]) -> None:
        copies = 2
        if shape.rows == 1 and self._limits.cold:
            copies = max(2, min(MOST_COPIES, math.ceil(2 * self._cache_bytes / shape.weight_bytes)))
        ready = contender.prepare(shape, SEED + 1000 * number, copies, [entry.name for entry in entries])
        for entry in entries:
            answer = ready[entry.name]
            if isinstance(answer, str):
                entry.reason = answer
            else:
                entry.error = answer
                if not answer <= WRONG:
                    entry.reason = f"the result is wrong: off by {answer:.3g} of its norm"

    def _warm(self, entry: _Entry, shape: Shape) -> None:
        first = entry.contender.time(entry.name, 1)
        if first > self._limits.call_s:
            entry.reason = f"left out: a call takes {first:.2g} s"
            self._learn(entry, shape, first)
            return
        entry.contender.pin(self._threads)
        one_s = min(first, entry.contender.time(entry.name, max(1, min(8, int(SAMPLE_S / max(first, 1e-6))))))
        self._learn(entry, shape, one_s)
        entry.calls = max(1, min(entry.contender.most_calls, math.ceil(SAMPLE_S / max(one_s, 1e-7))))
        affordable = int(self._limits.series_s / max(one_s * entry.calls, 1e-9))
        entry.rounds = max(LEAST_ROUNDS, min(self._limits.rounds, affordable))

    def _learn(self, entry: _Entry, shape: Shape, seconds: float) -> None:
        self._rates[(entry.name, shape.op, shape.dtype)] = shape.flops / max(seconds, 1e-9)

    def _sample(self, entry: _Entry) -> None:
        entry.samples.append(entry.contender.time(entry.name, entry.calls))


def last_cache_bytes() -> int:
    """Return the size of the largest cache that a core sees; 32 MiB where nothing tells."""
    sizes = []
    for file in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        text = file.read_text().strip()
        unit = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(text[-1:], 0)
        if unit and text[:-1].isdigit():
            sizes.append(int(text[:-1]) * unit)
    return min(max(sizes, default=32 << 20), 256 << 20)
