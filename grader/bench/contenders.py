"""Those who are timed: one interface for everybody, and the trusted processes of the reference, MLX and torch.

A contender's process is stopped while it is not its turn, and its busiest threads are pinned one to a core, because
two of them on one core would look like a slow kernel. Knows nothing about what is computed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from grader.bench.shapes import ATTENTION, MATMUL, Shape

Ready = Mapping[str, float | str]
"""For each name the relative error of its result, or why it does not take part."""


class Lost(Exception):
    """The process of a contender has ended."""


class Contender(Protocol):
    """One process with one or more implementations."""

    most_calls: int  # that `time` makes at once

    def names(self, op: str) -> tuple[str, ...]:
        """Return the implementations of an operation, the slowest first."""

    def about(self) -> dict[str, str]:
        """Return what belongs into the environment: versions, instruction set."""

    def prepare(self, shape: Shape, seed: int, copies: int, names: Sequence[str]) -> Ready:
        """Make inputs, let each of `names` compute once, and compare.

        Raises:
            Lost: the process has ended.
        """

    def time(self, name: str, calls: int) -> float:
        """Return the mean seconds of so many calls, each on the next set of inputs.

        Raises:
            Lost: the process has ended.
        """

    def pin(self, threads: int) -> None:
        """Pin the threads that were busiest in the last `time`, each to a core of its own."""

    def close(self) -> None:
        """End the process."""


LIBRARIES: dict[str, dict[str, tuple[str, ...]]] = {
    "mlx": {MATMUL: ("mlx",), ATTENTION: ("mlx",)},
    "torch": {MATMUL: ("torch dense", "torch int4"), ATTENTION: ("torch",)},
}


def environment(threads: int) -> dict[str, str]:
    """Return the variables of a process that computes with so many threads, which sleep when they have no work."""
    counts = ("KERNELS_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**dict.fromkeys(counts, str(threads)), "OMP_WAIT_POLICY": "passive"}


class Library:
    """A trusted process of `grader.participants`.

    Args:
        kind: mlx, torch or reference.
        threads: how many threads it computes with.
        module: for the reference, the built kernels.

    Raises:
        Lost: the library cannot be loaded.
    """

    most_calls = 64

    def __init__(self, kind: str, threads: int, module: Path | None = None) -> None:
        self._kind = kind
        self._process = subprocess.Popen(
            [sys.executable, "-m", "grader.participants", kind, *([str(module)] if module else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment(threads)},
            cwd=Path(__file__).resolve().parents[2],
            start_new_session=True,  # a Ctrl-C is the grader's to handle
            text=True,
        )
        keep_to(self._process.pid, cores()[:threads])
        self._before: dict[int, int] = {}
        self._about: dict[str, str] = self._read("about")
        self._park()

    def names(self, op: str) -> tuple[str, ...]:
        """Return the implementations of an operation."""
        if self._kind in LIBRARIES:
            return LIBRARIES[self._kind][op]
        return tuple(f"rung {rung}" for rung in range(1, int(self._about[op]) + 1))

    def about(self) -> dict[str, str]:
        """Return versions and instruction set."""
        return {name: text for name, text in self._about.items() if name not in (MATMUL, ATTENTION)}

    def prepare(self, shape: Shape, seed: int, copies: int, names: Sequence[str]) -> Ready:
        """Make inputs and let each of `names` compute once."""
        answer: Ready = self._ask(
            op="prepare", shape=shape.to_json(), seed=seed, copies=copies, names=list(names)
        )
        return answer

    def time(self, name: str, calls: int) -> float:
        """Return the mean seconds of so many calls."""
        self._before = thread_times(self._process.pid)
        return float(self._ask(op="time", name=name, calls=calls))

    def pin(self, threads: int) -> None:
        """Pin the threads that were busiest in the last `time`."""
        pin_busiest(self._process.pid, self._before, threads)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not sent any more
                    stream.close()

    def _ask(self, **request: Any) -> Any:
        assert self._process.stdin is not None
        self._wake()
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._lost() from error
        answer = self._read("answer")
        self._park()
        return answer

    def _read(self, name: str) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise self._lost()
        return json.loads(line)[name]

    def _lost(self) -> Lost:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)  # its end tells more than being killed
        self.close()
        code = self._process.returncode
        how = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
        return Lost(f"the process of {self._kind} {how}")

    def _park(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def _wake(self) -> None:
        self._process.send_signal(signal.SIGCONT)


def cores() -> list[int]:
    """Return the CPUs that this process may use; none where processes cannot be pinned."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def keep_to(pid: int, allowed: Sequence[int]) -> None:
    """Keep a process to some cores, if that can be done."""
    if allowed and hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(pid, set(allowed))


def thread_times(pid: int) -> dict[int, int]:
    """Return the nanoseconds that each thread of a process has run, by thread id; empty where that cannot be read."""
    found = {}
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError, ValueError, IndexError):
                found[int(task.name)] = int((task / "schedstat").read_text().split()[0])
    return found


def pin_busiest(pid: int, before: Mapping[int, int], threads: int) -> None:
    """Pin the `threads` threads of a process that have run most since `before`, each to a core of its own.

    The others may use all of these cores: a thread that only waits takes nothing from them.
    """
    ran = {thread: after - before.get(thread, 0) for thread, after in thread_times(pid).items()}
    allowed = cores()[:threads]
    busiest = sorted(ran, key=lambda thread: ran[thread], reverse=True)
    for place, thread in enumerate(busiest):
        keep_to(thread, [allowed[place]] if place < len(allowed) else allowed)
