"""A submission in `grader bench`: in a sandboxed worker, timed from outside. Its last row is checked like everybody's.

What a request costs that makes no call is measured on the same arguments and taken off. Unlike a gate this proves
nothing: the inputs of a shape are the same in every round. Knows workers; nothing about the course.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from grader import paths
from grader.bench import contenders
from grader.bench.contenders import Contender, Lost, Ready
from grader.bench.inputs import Inputs, decode, expected, last_row, make, relative_error
from grader.bench.shapes import ATTENTION, GROUP_SIZE, MATMUL, Shape
from grader.errors import CannotJudge, GraderError
from grader.run import compiled
from grader.worker.build import build
from grader.worker.client import WorkerSpec, Zygote
from grader.worker.faults import Fault
from grader.worker.submission import find, snapshot
from grader.worker.timing import ArgumentSet, TimedWorker
from grader.worker.wire import Array

TARGETS = {MATMUL: "quantize.quantized_matmul", ATTENTION: "attention.flash_attention"}
SENT_BYTES = 64 << 20  # of weights and activations that are sent for one sample at most
MOST_SETS = 16
DEADLINE_S = 60.0
IDLE_ROUNDS = 3


class SubmissionSide:
    """A submission as it takes part, under the name `yours`.

    Args:
        path: the submission.
        threads: how many threads it computes with.
        unsafe: go on without a required layer of the sandbox.

    Raises:
        SubmissionRejected: there is nothing to run.
        CannotJudge: its kernels cannot be built here, or it does not import.
    """

    def __init__(self, path: Path, threads: int, unsafe: bool = False) -> None:
        self._stack = ExitStack()
        layout = find(path)
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-bench-")))
        folder.chmod(0o755)
        copy = snapshot(layout, folder / "snapshot")
        self._built = build(copy, tuple(TARGETS), folder / "built", paths.builds())
        limits = {"memory_bytes": 8 << 30, "cpu_s": 7200, "unsafe": unsafe}
        self._spec = WorkerSpec(
            copy.package_dir, copy.package_name, copy.root, built=self._built, **limits  # type: ignore[arg-type]
        )  # fmt: skip
        self._zygote = self._stack.enter_context(Zygote()) if sys.platform == "linux" else None
        self._threads = threads
        self._worker: TimedWorker | None = None
        self._sets: list[ArgumentSet] = []
        self._op, self._idle_s, self._next = MATMUL, 0.0, 0
        self._before: dict[int, int] = {}
        try:
            self._live()
        except (Lost, Fault) as problem:
            self.close()
            raise CannotJudge(f"the submission cannot be measured: {problem}") from problem

    most_calls = MOST_SETS

    def names(self, op: str) -> tuple[str, ...]:
        """Return the one name."""
        return ("yours",)

    def about(self) -> dict[str, str]:
        """Return what it lacks of the kernels."""
        return {f"your {op}": why for op, why in self._built.missing.items()}

    def prepare(self, shape: Shape, seed: int, copies: int, names: Sequence[str]) -> Ready:
        """Make inputs, and let it compute once; a fault is the reason of its absence."""
        affordable = max(1, min(MOST_SETS, int(SENT_BYTES / shape.moved_bytes)))
        sets = [make(shape, seed + i) for i in range(min(copies, affordable))]
        self._sets, self._op, self._next = [_arguments(shape, inputs) for inputs in sets], shape.op, 0
        try:
            result = self._converse(self._sets[:1])[0]
            idle = [self._idle(self._sets[:1]) for _ in range(IDLE_ROUNDS)]
        except Fault as fault:
            return {"yours": str(fault)}
        self._idle_s = statistics.median(idle)
        if not isinstance(result, Array) or result.dtype not in ("float16", "bfloat16", "float32"):
            return {"yours": f"it returns {result!r}, not an array"}
        return {"yours": relative_error(_row(shape, result), expected(shape, sets[0]))}

    def time(self, name: str, calls: int) -> float:
        """Return the mean seconds of so many calls, each on the next set, less what an empty request takes."""
        worker = self._live()
        self._before = contenders.thread_times(worker.pid or 0)
        sets = [self._sets[(self._next + i) % len(self._sets)] for i in range(calls)]
        self._next += len(sets)
        try:
            idle_s = self._idle(sets) if len(sets) > 1 else self._idle_s
            took = worker.converse(TARGETS[self._op], sets, deadline_s=DEADLINE_S).wall_s
        except Fault as fault:
            raise Lost(str(fault)) from fault
        return max(took - idle_s, 1e-9) / len(sets)

    def pin(self, threads: int) -> None:
        """Pin the threads that were busiest in the last `time`."""
        contenders.pin_busiest(self._live().pid or 0, self._before, threads)

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.stop()
            self._worker = None
        self._stack.close()

    def _live(self) -> TimedWorker:
        if self._worker is None or not self._worker.alive:
            worker = TimedWorker(self._spec, self._zygote)
            worker.start()
            worker.prepare(contenders.environment(self._threads), None)
            contenders.keep_to(worker.pid or 0, contenders.cores()[: self._threads])
            report = worker.load()
            if not report.ok:
                problem = next(iter(report.failures.values()), None)
                worker.stop()
                raise Lost(f"it does not import: {problem}")
            worker.park()
            self._worker = worker
        return self._worker

    def _converse(self, sets: Sequence[ArgumentSet]) -> list[Any]:
        try:
            return self._live().converse(TARGETS[self._op], sets, deadline_s=DEADLINE_S).values
        except Fault:
            if self._worker is not None and self._worker.alive:
                self._worker.park()
            raise

    def _idle(self, sets: Sequence[ArgumentSet]) -> float:
        """Return the seconds of a request that hands back an argument of each set."""
        place = 4 if self._op == MATMUL else 0
        return self._live().converse(TARGETS[self._op], sets, deadline_s=DEADLINE_S, idle=place).wall_s


def take_part(
    submission: Path | None, threads: int, unsafe: bool, stack: ExitStack
) -> tuple[list[Contender], list[str]]:
    """Start everybody who can take part on this machine, the submission first; `stack` ends them.

    Returns:
        The contenders, and for each that is missing a sentence with the reason.

    Raises:
        SubmissionRejected: there is no such submission.
        CannotJudge: the submission cannot be measured.
    """
    found: list[Contender] = []
    notes = []
    if submission is not None:
        found.append(SubmissionSide(submission, threads, unsafe))
        stack.callback(found[-1].close)
    for kind in ("reference", "mlx", "torch"):
        try:
            module = _reference_module(stack) if kind == "reference" else None
            found.append(contenders.Library(kind, threads, module))
        except (Lost, OSError, GraderError) as problem:
            notes.append(f"{kind} does not take part: {problem}")
        else:
            stack.callback(found[-1].close)
    return found, notes


def _reference_module(stack: ExitStack) -> Path:
    ready = compiled.module()
    if ready is not None:
        return ready
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-bench-")))
    folder.chmod(0o755)
    copy = snapshot(find(paths.reference()), folder / "snapshot")
    built = build(copy, tuple(TARGETS), folder / "built", paths.builds())
    if built.module is None or built.missing:
        problem = next(iter(built.missing.values()), "has no kernels")
        raise CannotJudge(f"the reference at {paths.reference()} {problem}")
    return built.module


def _arguments(shape: Shape, inputs: Inputs) -> ArgumentSet:
    held = {name: wire_array(values, shape.dtype) for name, values in inputs.arrays.items()}
    if shape.op == MATMUL:
        return (held["scales"], held["biases"], GROUP_SIZE, 4, held["a"], held["b"]), {"transpose_b": True}
    mask = "causal" if shape.causal else None
    return (held["query"], held["key"], held["value"]), {"mask": mask}


def wire_array(values: Any, dtype: str) -> Array:
    """Return numbers as they travel: packed words stay uint32, two bytes of bfloat16 stay bits."""
    name = "uint32" if values.dtype == np.uint32 else dtype
    return Array(name, values.shape, np.ascontiguousarray(values).tobytes())


def _row(shape: Shape, result: Array) -> Any:
    bits = np.frombuffer(result.data, np.uint16 if result.dtype == "bfloat16" else result.dtype)
    try:
        return last_row(shape, decode(bits, result.dtype).reshape(result.shape))
    except (ValueError, IndexError):
        return np.zeros(0)
