"""`grader bench`: how fast the kernels are, beside the reference's rungs, MLX and torch, under this machine's roofs."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.interrupt import Interrupted
from grader.cli.options import Unsafe, writable_file
from grader.errors import CannotJudge, UsageError

if TYPE_CHECKING:
    from grader.bench.roofs import Roofs
    from grader.bench_result import BenchResult
    from grader.run.selftest import SelfTest

MOVED = 1.1  # ratio of the roofs at start and end from which on a run is doubtful
QUIET = 0.5  # load average from which on figures are doubtful
ALL = "all"


def bench(
    submission: Annotated[
        Path | None, typer.Option("--submission", "-s", help="Measure this submission too; none by default.")
    ] = None,
    op: Annotated[str, typer.Option("--op", help="quantized_matmul, flash_attention or all.")] = ALL,
    model: Annotated[str, typer.Option("--model", help="Sizes of Qwen2: 0.5b, 1.5b, 7b or all.")] = "0.5b",
    dtype: Annotated[str, typer.Option("--dtype", help="bfloat16, float16 or float32.")] = "bfloat16",
    threads: Annotated[
        int | None, typer.Option("--threads", min=1, help="Threads of everybody; all CPUs by default.")
    ] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=5, help="Samples of each implementation.")] = 15,
    quick: Annotated[bool, typer.Option("--quick", help="Few shapes and rounds: within a minute.")] = False,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", help="Write samples and order here; reports/bench-... by default."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with bars and rooflines here.")
    ] = None,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Try instead how often speed gates are wrong on this machine.")
    ] = False,
    verdicts: Annotated[int, typer.Option("--verdicts", min=4, help="Verdicts of the self-test.")] = 400,
    load: Annotated[bool, typer.Option("--load", help="Self-test with one core loaded in bursts.")] = False,
    unsafe: Unsafe = False,
) -> int:
    """Measure kernels: yours, each rung of the reference, MLX and torch, on the shapes of Qwen2.

    Everybody takes turns; times are medians with 95 % intervals. Let the machine do nothing else meanwhile.

    [bold]Examples[/bold]

        grader bench --submission . --quick

        grader bench --model all --html reports/bench.html

        grader bench --self-test --load
    """
    if self_test:
        return _self_test(verdicts, load, json_file)
    ops, models = _chosen(op, model, dtype)
    moment = datetime.now(timezone.utc)
    target = json_file or Path("reports") / f"bench-{moment:%Y%m%d-%H%M%S}.json"
    writable_file(target, "file of figures")
    if html is not None:
        writable_file(html, "page")
    order = Order(submission, ops, models, dtype, threads or _cpus(), rounds, quick, unsafe)
    return order.measure(moment, Sink(target, html))


def _chosen(op: str, model: str, dtype: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    from grader.bench.shapes import DTYPE_BYTES, MODELS, OPS

    for name, known, what in ((op, (*OPS, ALL), "op"), (model.lower(), (*MODELS, ALL), "model")):
        if name not in known:
            raise UsageError(f"there is no {what} {name!r}; known are {', '.join(known)}")
    if dtype not in DTYPE_BYTES:
        raise UsageError(f"there is no dtype {dtype!r}; known are {', '.join(DTYPE_BYTES)}")
    return (OPS if op == ALL else (op,)), (tuple(MODELS) if model.lower() == ALL else (model.lower(),))


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Sink:
    """Where a result goes: the file of figures after every shape, the page, the terminal."""

    def __init__(self, json_file: Path, html: Path | None) -> None:
        self.json_file, self.html = json_file, html
        self.done = self.total = self._shown = 0

    def keep(self, result: BenchResult, done: int, total: int) -> None:
        """Write what there is so far, and show the shapes that are new."""
        from grader.cli.terminal import console
        from grader.export.bench_console import shape_table

        self.done, self.total = done, total
        replace_file(self.json_file, json.dumps(result.to_json(), indent=1) + "\n")
        if self.html is not None:
            from grader.report.bench_page import render_bench

            replace_file(self.html, render_bench(result))
        for shape in result.shapes[self._shown :]:
            console().print(shape_table(shape, result, head=not self._same_group(result, shape.group)))
            self._shown += 1

    def _same_group(self, result: BenchResult, group: str) -> bool:
        return self._shown > 0 and result.shapes[self._shown - 1].group == group


def replace_file(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the whole new one.

    Raises:
        CannotJudge: it cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.absolute().parent, prefix=f".{path.name}.", delete=False
        ) as draft:
            draft.write(text)
        os.chmod(draft.name, 0o644)
        os.replace(draft.name, path)
    except OSError as error:
        raise CannotJudge(f"{path} cannot be written: {error.strerror}") from error


class Order:
    """What is to be measured."""

    def __init__(
        self,
        submission: Path | None,
        ops: tuple[str, ...],
        models: tuple[str, ...],
        dtype: str,
        threads: int,
        rounds: int,
        quick: bool,
        unsafe: bool,
    ) -> None:
        from grader.bench.shapes import shapes
        from grader.bench.suite import LEAST_ROUNDS, Limits

        self._submission, self._threads, self._unsafe = submission, threads, unsafe
        self._shapes = shapes(ops, models, quick, dtype)
        self._limits = Limits(LEAST_ROUNDS + 2, 0.25, 0.6) if quick else Limits(rounds)

    def measure(self, moment: datetime, sink: Sink) -> int:
        """Measure, alone on the machine, and return the exit code; Ctrl-C keeps what is finished."""
        from grader.bench.lock import Busy, alone
        from grader.cli.terminal import console

        screen = console()
        try:
            with alone(), ExitStack() as stack:
                result = self._run(moment, sink, stack)
        except Busy as busy:
            raise CannotJudge(str(busy)) from busy
        except Interrupted as stop:
            kept = f"{sink.done} of {sink.total} shapes are measured and kept in {sink.json_file}"
            stop.sentence = (
                f"interrupted; {kept}" if sink.total else "interrupted before a shape was measured"
            )
            raise
        for note in result.notes:
            screen.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)
        for what, path in (("figures", sink.json_file), ("page", sink.html)):
            if path is not None:
                screen.print(f"{what}: {path}", markup=False, highlight=False, soft_wrap=True)
        return 0

    def _run(self, moment: datetime, sink: Sink, stack: ExitStack) -> BenchResult:
        from grader.bench.roofs import measure
        from grader.bench.suite import Suite
        from grader.bench_result import BenchResult
        from grader.export.bench_console import heading
        from grader.run.contender import take_part
        from grader.run.identity import environment

        busy = os.getloadavg()[0]
        sides, notes = take_part(self._submission, self._threads, self._unsafe, stack)
        if not sides:
            raise CannotJudge(f"nobody can be measured here: {'; '.join(notes)}")
        if busy > QUIET:
            notes.insert(0, f"the load average was {busy:.2f} at the start: let the machine do nothing else")
        if self._threads > _cpus():
            notes.insert(0, f"{self._threads} threads share {_cpus()} CPUs")
        roofs = measure(self._threads)
        about = {name: text for side in sides for name, text in side.about().items()}
        facts = {"cpu": _cpu(), **environment(), **about, "threads": str(self._threads)}
        facts |= {"roofs": roofs.how, "load average": f"{busy:.2f}"}
        start = BenchResult(
            started_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            seconds=0.0,
            threads=self._threads,
            rounds=self._limits.rounds,
            environment=facts,
            peak_flops=roofs.flops,
            peak_bytes_per_s=roofs.bytes_per_s,
            shapes=(),
            notes=tuple(notes),
        )
        from grader.cli.terminal import console

        console().print(heading(start))
        found = Suite(sides, self._threads, self._limits, sink.keep).run(self._shapes, start)
        found = _with_roofs(found, measure(self._threads))
        sink.keep(found, sink.done, sink.total)
        return found


def _with_roofs(result: BenchResult, again: Roofs) -> BenchResult:
    """Return the result under the higher ones of the roofs at the start and at the end, and say if they moved."""
    from dataclasses import replace

    flops = max(result.peak_flops, again.flops)
    bytes_per_s = max(result.peak_bytes_per_s, again.bytes_per_s)
    grown = max(flops / result.peak_flops, bytes_per_s / result.peak_bytes_per_s)
    shrunk = max(flops / again.flops, bytes_per_s / again.bytes_per_s)
    notes = result.notes
    if max(grown, shrunk) > MOVED:
        notes += (
            f"the roofs moved by up to {100 * (max(grown, shrunk) - 1):.0f} % during the run: the machine was not "
            "quiet; files and page use the higher ones",
        )
    return replace(result, peak_flops=flops, peak_bytes_per_s=bytes_per_s, notes=notes)


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    import platform

    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{_cpus()} x {names[0] if names else platform.processor() or platform.machine()}"


def _self_test(verdicts: int, load: bool, json_file: Path | None) -> int:
    from grader.cli.terminal import console
    from grader.export.bench_console import self_test_table
    from grader.run.selftest import Trial, self_test

    if json_file is not None:
        writable_file(json_file, "file of figures")
    screen = console(stderr=True)
    done = 0

    def count(trial: Trial, total: int) -> None:
        nonlocal done
        done += 1
        if screen.is_terminal:
            screen.print(f"{done} of {total} verdicts", end="\r")

    try:
        found: SelfTest = self_test(verdicts, load, count)
    except Interrupted as stop:
        stop.sentence = f"interrupted after {done} of {verdicts} verdicts"
        raise
    kinds = ("false_fail", "false_pass", "wrong", "inconclusive")
    rates = [(kind.replace("_", " "), str(getattr(found, kind))) for kind in kinds]
    console().print(self_test_table(found.rows(), rates, found.threshold, found.load))
    if json_file is not None:
        found.write(json_file)
    return 0 if found.ok else 1
