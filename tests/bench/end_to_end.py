"""Tokens per second of whole models in turns: the reference's Week 2, mlx-lm and transformers, one process each."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from grader.bench.contenders import cores, environment, keep_to, pin_busiest, thread_times
from grader.paths import ROOT
from kernels.build import DEFAULT_OUT, DEFAULT_SOURCE, build
from tests.bench.checkpoint import write

KINDS = ("reference", "mlx_lm", "transformers")


@dataclass
class Rates:
    """Seconds of every round by kind."""

    prompt: int
    decoded: int
    seconds: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    def tokens_per_s(self, kind: str, phase: str) -> list[float]:
        """Return the rate of each round; `phase` is prefill or decode."""
        tokens = self.prompt if phase == "prefill" else self.decoded
        return [tokens / round_[f"{phase}_s"] for round_ in self.seconds[kind]]

    def lines(self) -> list[str]:
        """Return a line per model."""
        return [
            f"Qwen2-0.5B, {kind:<14} prefill {statistics.median(self.tokens_per_s(kind, 'prefill')):8.1f} tokens/s"
            f"   decode {statistics.median(self.tokens_per_s(kind, 'decode')):6.1f} tokens/s"
            for kind in self.seconds
        ]

    def to_json(self) -> dict[str, Any]:
        """Return everything."""
        return {"prompt": self.prompt, "decoded": self.decoded, "seconds": self.seconds}


class _Process:
    def __init__(self, kind: str, folder: Path, threads: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.decoders", kind, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment(threads)},
            cwd=ROOT,
            text=True,
        )
        self._threads = threads
        keep_to(self._process.pid, cores()[:threads])
        self._read()
        self._park()

    def ask(self, prefill: int, decode: int) -> dict[str, float]:
        """Let it work, and pin the threads that did."""
        assert self._process.stdin is not None
        before = thread_times(self._process.pid)
        self._process.send_signal(signal.SIGCONT)
        self._process.stdin.write(json.dumps({"prefill": prefill, "decode": decode}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, float] = self._read()["answer"]
        self._park()
        pin_busiest(self._process.pid, before, self._threads)
        return answer

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a model's process has ended with status {self._process.wait()}")
        return json.loads(line)

    def _park(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def rates(rounds: int, prompt: int, decoded: int, threads: int, folder: Path, stack: ExitStack) -> Rates:
    """Measure all models in turns, each warmed up by a short prompt.

    Args:
        rounds: how often; mlx-lm takes most of a minute for a prompt of 128.
        prompt: tokens of prefill.
        decoded: tokens after them.
        threads: of everybody.
        folder: for the checkpoint.
        stack: ends the processes.
    """
    build(DEFAULT_SOURCE, DEFAULT_OUT, jobs=2)  # where the reference looks
    checkpoint = write(folder / "checkpoint")
    processes = {}
    for kind in KINDS:
        processes[kind] = _Process(kind, checkpoint, threads)
        stack.callback(processes[kind].close)
        processes[kind].ask(2, 1)
    found = Rates(prompt, decoded, {kind: [] for kind in KINDS})
    random = np.random.default_rng(rounds)
    for _ in range(rounds):
        for index in random.permutation(len(KINDS)):
            kind = KINDS[index]
            found.seconds[kind].append(processes[kind].ask(prompt, decoded))
    return found
