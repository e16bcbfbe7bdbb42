"""Two runs side by side: which times differ by more than noise.

A difference counts if the two 95 % intervals are disjoint; the interval of a ratio reaches from the least to the
largest quotient that they allow. Knows benchmarks and graded runs; nothing about files or terminals.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.bench_result import SCHEMA as BENCH_SCHEMA
from grader.bench_result import BenchResult
from grader.errors import UsageError
from grader.result import SCHEMA as RESULT_SCHEMA
from grader.result import Result
from grader.speed_result import Bar

Key = tuple[str, str, str]
"""Group, shape and name of an implementation."""


@dataclass(frozen=True)
class Run:
    """One side: where it comes from, what it was measured on, and its times."""

    name: str
    started_at: str
    machine: str
    bars: Mapping[Key, Bar]


@dataclass(frozen=True)
class Row:
    """One implementation on one shape in both runs."""

    key: Key
    before: Bar
    after: Bar

    @property
    def ratio(self) -> tuple[float, float, float]:
        """Time of the second run over that of the first: of the medians, the least and the largest quotient."""
        low, high = self.after.low_s / self.before.high_s, self.after.high_s / self.before.low_s
        return self.after.median_s / self.before.median_s, low, high

    @property
    def word(self) -> str:
        """What is to be said about it: `slower`, `faster`, or `same` if the intervals touch."""
        if self.after.low_s > self.before.high_s:
            return "slower"
        return "faster" if self.after.high_s < self.before.low_s else "same"


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side."""

    before: Run
    after: Run
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Return how many are slower, faster and the same."""
        return {word: sum(row.word == word for row in self.rows) for word in ("slower", "faster", "same")}


def compare(before: Run, after: Run) -> Comparison:
    """Put what both runs have measured side by side, and say what a reader has to know.

    Raises:
        UsageError: they have nothing in common.
    """
    both = [key for key in before.bars if key in after.bars]
    if not both:
        raise UsageError(f"{before.name} and {after.name} have no kernel on the same shape in common")
    usable = [key for key in both if min(before.bars[key].low_s, after.bars[key].low_s) > 0]
    notes = []
    if before.machine != after.machine:
        notes.append(
            f"different machines ({before.machine}; {after.machine}): a ratio says nothing about the kernels"
        )
    for run, other in ((before, after), (after, before)):
        alone = len([key for key in run.bars if key not in other.bars])
        if alone:
            notes.append(f"{alone} figures are in {run.name} only")
    rows = tuple(Row(key, before.bars[key], after.bars[key]) for key in usable)
    return Comparison(before, after, rows, tuple(notes))


def from_bench(result: BenchResult, name: str) -> Run:
    """Return one side from a benchmark."""
    bars = {
        (*shape.key, series.name): series.bar
        for shape in result.shapes
        for series in shape.series
        if series.bar is not None
    }
    return Run(name, result.started_at, result.machine, bars)


def from_result(result: Result, name: str) -> Run:
    """Return one side from a graded run: the bars of its gates.

    Raises:
        UsageError: it has no gate that was measured.
    """
    gates = [check.speed for task in result.tasks for check in task.checks if check.speed is not None]
    bars = {(gate.group, gate.label, bar.name): bar for gate in gates for bar in gate.bars}
    if not bars:
        raise UsageError(f"{name} has no speed section: no gate was measured in it")
    return Run(name, result.started_at, result.environment.get("machine", "?"), bars)


def from_file(path: Path) -> Run:
    """Read one side from a file of `grader bench --json` or `grader submit --json`.

    Raises:
        UsageError: it is neither.
    """
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict) and data.get("schema") == RESULT_SCHEMA:
            return from_result(Result.from_json(data), path.name)
        if isinstance(data, dict) and data.get("schema") == BENCH_SCHEMA:
            return from_bench(BenchResult.from_json(data), path.name)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise UsageError(f"{path} cannot be read: {type(error).__name__}: {error}") from error
    raise UsageError(f"{path} is no file of grader bench --json or grader submit --json")
