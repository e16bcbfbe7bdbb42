"""`python -m tests.bench.week2`: the speed that Week 2 has to reach, each figure beside what is solid and aimed at.

Ratios are medians over interleaved rounds with a 95 % interval; shares refer to roofs measured in the same run.
Everybody is pinned. Decoding is measured with weights that come from memory, and once more with
weights that the cache holds. `--quick` tries everything with few rounds; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from grader.bench.contenders import Contender, Library, cores
from grader.bench.roofs import measure
from grader.bench.shapes import MODELS, Shape, attention, matmul
from grader.bench.stats import Interval, interval
from grader.bench.suite import Limits, Suite
from grader.bench_result import BenchResult, ShapeResult
from grader.paths import ROOT
from grader.speed_result import three
from kernels.build import DEFAULT_OUT, DEFAULT_SOURCE, build
from tests.bench.end_to_end import Rates, rates

MODEL = MODELS["0.5b"]
PREFILL, LONG = 512, 4096  # lengths of attention


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was reached, and what is asked for."""

    what: str
    found: Interval | None
    solid: float
    aim: float
    unit: str  # "x" or "%"
    note: str = ""

    def line(self) -> str:
        """Return it as a line."""
        asked = f"{self.solid:>6g}{self.unit} {self.aim:>6g}{self.unit}"
        if self.found is None:
            return f"{self.what:<66} {'not measured':>22} {asked}  {self.note}"
        values = [three(v) for v in (self.found.median, self.found.low, self.found.high)]
        word = (
            "aim"
            if self.found.median >= self.aim
            else "solid"
            if self.found.median >= self.solid
            else "SHORT"
        )
        reached = f"{values[0]}{self.unit} [{values[1]}, {values[2]}]"
        return f"{self.what:<66} {reached:>22} {asked}  {word}"


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    slow_rounds: int  # of comparisons in which MLX takes most of a second
    end_to_end_rounds: int
    prompt: int
    decoded: int


FULL = Plan(rounds=41, slow_rounds=9, end_to_end_rounds=3, prompt=128, decoded=8)
QUICK = Plan(rounds=5, slow_rounds=5, end_to_end_rounds=1, prompt=4, decoded=1)


class Bench:
    """Measures shapes with some threads.

    Args:
        threads: of everybody.
        plan: how much.
        stack: ends the processes.
        module: the reference's built kernels.
    """

    def __init__(self, threads: int, plan: Plan, stack: ExitStack, module: Path) -> None:
        self.threads, self._plan = threads, plan
        self._sides: dict[str, Contender] = {}
        for kind in ("reference", "mlx", "torch"):
            side = Library(kind, threads, module if kind == "reference" else None)
            stack.callback(side.close)
            self._sides[kind] = side
        self.roofs = measure(threads)

    def shape(
        self, shape: Shape, others: Sequence[str], *, slow: bool = False, cold: bool = True
    ) -> ShapeResult:
        """Measure the reference's last rung beside `others` (mlx, torch int4, torch) in turns."""
        sides: list[Contender] = [
            _Only(self._sides["reference"], (self._sides["reference"].names(shape.op)[-1],))
        ]
        sides += [_Only(self._sides[name.split()[0]], (name,)) for name in others]
        rounds = self._plan.slow_rounds if slow else self._plan.rounds
        limits = Limits(rounds, call_s=30.0, series_s=60.0, cold=cold)
        start = BenchResult("", 0.0, self.threads, rounds, {}, self.roofs.flops, self.roofs.bytes_per_s, ())
        return Suite(sides, self.threads, limits).run([shape], start).shapes[0]

    def again(self) -> None:
        """Measure the roofs once more and keep the higher ones: shares are never flattered by a busy moment."""
        found = measure(self.threads)
        if found.flops > self.roofs.flops or found.bytes_per_s > self.roofs.bytes_per_s:
            flops, rate = max(found.flops, self.roofs.flops), max(found.bytes_per_s, self.roofs.bytes_per_s)
            self.roofs = type(found)(flops, rate, found.how)


class _Only:
    """A contender of which some implementations take part."""

    def __init__(self, side: Contender, names: tuple[str, ...]) -> None:
        self._side, self._names = side, names
        self.most_calls = side.most_calls
        self.about, self.prepare, self.time = side.about, side.prepare, side.time
        self.pin, self.close = side.pin, side.close

    def names(self, op: str) -> tuple[str, ...]:
        return self._names


def times(found: ShapeResult, name: str) -> np.ndarray:
    """Return the samples of one implementation; the reference's if the name is empty."""
    wanted = name or found.series[0].name
    series = next(s for s in found.series if s.name == wanted)
    return np.array(series.samples_s)


def faster(found: ShapeResult, name: str) -> Interval | None:
    """Return how many times as fast as `name` the reference is, round by round."""
    ours, theirs = times(found, ""), times(found, name)
    rounds = min(len(ours), len(theirs))
    return interval(theirs[:rounds] / ours[:rounds]) if rounds >= 5 else None


def share(found: ShapeResult, work: float, roof: float) -> Interval | None:
    """Return the rate of work in percent of a roof."""
    ours = times(found, "")
    return interval(100 * work / ours / roof) if len(ours) >= 5 else None


def kernels(wide: Bench, one: Bench, raw: list[ShapeResult]) -> Iterator[Figure]:
    """Measure and yield the figures of both kernels."""

    def keep(found: ShapeResult) -> ShapeResult:
        raw.append(found)
        return found

    asked = {"bfloat16": (80, 250), "float16": (300, 1200), "float32": (15, 40)}
    for cold in (True, False):
        where = "weights from memory" if cold else "weights in the cache"
        for dtype, (solid, aim) in asked.items():
            others = ["mlx", "torch int4"] if dtype == "bfloat16" else ["mlx"]
            found = keep(wide.shape(matmul(MODEL, "gate and up", 1, dtype), others, cold=cold))
            yield Figure(
                f"decode matvec, {dtype}, {where}, against MLX", faster(found, "mlx"), solid, aim, "x"
            )
            if dtype == "bfloat16":
                ratio = faster(found, "torch int4")
                yield Figure(f"decode matvec, {dtype}, {where}, against torch int4", ratio, 1.5, 3, "x")
    for bench in (wide, one):
        found = keep(bench.shape(matmul(MODEL, "gate and up", 1), []))
        bench.again()
        figure = share(found, found.moved_bytes, bench.roofs.bytes_per_s)
        yield Figure(f"decode matvec, share of memory, {bench.threads} thread(s)", figure, 50, 80, "%")
    found = keep(wide.shape(matmul(MODEL, "gate and up", 128, "float32"), ["mlx"], slow=True))
    yield Figure("prefill M = 128, float32, against MLX", faster(found, "mlx"), 50, 130, "x")
    for dtype, aim in (("float32", 90), ("bfloat16", 150)):
        found = keep(one.shape(matmul(MODEL, "gate and up", 128, dtype), []))
        one.again()
        how = "int16 activations" if dtype == "bfloat16" else "float32"
        figure = share(found, found.flops, one.roofs.flops)
        yield Figure(f"prefill M = 128, share of FMA peak, {how}, 1 thread", figure, 75, aim, "%")
    yield from _attention(wide, keep)


def _attention(wide: Bench, keep) -> Iterator[Figure]:  # type: ignore[no-untyped-def]
    for dtype in ("float32", "bfloat16"):
        found = keep(wide.shape(attention(MODEL, PREFILL, PREFILL, dtype), ["mlx", "torch"], slow=True))
        what = f"attention prefill {PREFILL}, {dtype}"
        yield Figure(f"{what}, against MLX", faster(found, "mlx"), 40, 90, "x")
        yield Figure(f"{what}, against torch", faster(found, "torch"), 1, 2, "x")
    found = keep(wide.shape(attention(MODEL, 2048, 2048, "float32"), []))
    wide.again()
    figure = share(found, found.flops, wide.roofs.flops)
    yield Figure(f"attention prefill 2048, share of peak, {wide.threads} threads", figure, 60, 80, "%")
    found = keep(wide.shape(attention(MODEL, 1, LONG), ["mlx", "torch"]))
    what = f"attention decode, bfloat16, S = {LONG}"
    yield Figure(f"{what}, against MLX", faster(found, "mlx"), 15, 50, "x")
    yield Figure(f"{what}, against torch", faster(found, "torch"), 5, 25, "x")


def model(found: Rates) -> Iterator[Figure]:
    """Yield the figures of the whole model."""
    for phase, solid, aim in (("prefill", 40, 90), ("decode", 12, 30)):
        ours = found.tokens_per_s("reference", phase)
        for other in ("mlx_lm", "transformers"):
            theirs = found.tokens_per_s(other, phase)
            ratios = np.array(ours) / np.array(theirs)
            reached = Interval(float(np.median(ratios)), float(ratios.min()), float(ratios.max()))
            asked = (solid, aim) if other == "mlx_lm" else (1, 2)
            name = "mlx-lm" if other == "mlx_lm" else other
            yield Figure(f"Qwen2-0.5B {phase} against {name} (all rounds)", reached, *asked, "x")


def main() -> int:
    """Measure, print the table, and write reports/bench-week2.json with the raw samples."""
    parser = argparse.ArgumentParser(description="Measure what Week 2 has to reach.")
    parser.add_argument("--quick", action="store_true", help="few rounds, to try it")
    parser.add_argument("--part", choices=("kernels", "model"), help="only this part")
    chosen = parser.parse_args()
    plan = QUICK if chosen.quick else FULL
    busy, began = os.getloadavg()[0], time.monotonic()
    threads = len(cores()) or os.cpu_count() or 1
    raw: list[ShapeResult] = []
    figures: list[Figure] = []
    print(f"{'':<66} {'reached [95 %]':>22} {'solid':>7} {'aim':>7}", flush=True)
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as folder, ExitStack() as stack:
        report = {"threads": threads, "load_average": busy, "quick": chosen.quick}
        if chosen.part != "model":
            module = build(DEFAULT_SOURCE, DEFAULT_OUT, jobs=2)
            with ExitStack() as sides:
                wide, one = (Bench(n, plan, sides, module) for n in (threads, 1))
                for figure in kernels(wide, one, raw):
                    figures.append(figure)
                    print(figure.line(), flush=True)
                report["roofs"] = {str(b.threads): asdict(b.roofs) for b in (wide, one)}
        if chosen.part != "kernels":
            found = rates(plan.end_to_end_rounds, plan.prompt, plan.decoded, threads, Path(folder), stack)
            report["tokens_per_s"] = found.to_json()
            for line in found.lines():
                print(line, flush=True)
            for figure in model(found):
                figures.append(figure)
                print(figure.line(), flush=True)
    print(f"{time.monotonic() - began:.0f} s, load average {busy:.2f} at the start")
    report |= {"figures": [asdict(f) for f in figures], "shapes": [asdict(shape) for shape in raw]}
    target = ROOT / "reports" / "bench-week2.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
