"""The roofs of this machine with some threads: float32 FLOP/s in registers and bytes/s from memory, measured now.

A small C++ program compiled for this very machine measures them (`roofs.cpp`). Without a compiler numpy stands in,
with one thread for memory and its BLAS for arithmetic, and the result says so. Knows nothing about kernels.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("roofs.cpp")
FLAGS = ("-std=c++20", "-O3", "-march=native", "-ffast-math", "-pthread")

_WITHOUT_COMPILER = """
import sys, time
import numpy as np
a, b = (np.random.default_rng(0).standard_normal((1024, 1024), np.float32) for _ in "ab")
x = np.ones(1 << 25, np.uint64)
def best(call):
    took = []
    for _ in range(9):
        started = time.perf_counter()
        call()
        took.append(time.perf_counter() - started)
    return min(took)
print(2 * 1024**3 / best(lambda: a @ b), x.nbytes / best(lambda: x.max()), 0)
"""


@dataclass(frozen=True)
class Roofs:
    """The best that was measured."""

    flops: float
    bytes_per_s: float
    how: str


def measure(threads: int) -> Roofs:
    """Measure both with so many threads; takes about a second and 200 MB a thread.

    Raises:
        OSError: no process can be started.
        ValueError: what was started does not answer with two figures.
    """
    compiler = os.environ.get("CXX") or shutil.which("c++")
    if compiler:
        with tempfile.TemporaryDirectory(prefix="grader-roofs-") as folder:
            program = Path(folder) / "roofs"
            command = [*compiler.split(), *FLAGS, str(SOURCE), "-o", str(program)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if not done.returncode:
                return _run([str(program), str(threads)], "fused multiply-adds and a read loop in C++")
    return _run([sys.executable, "-c", _WITHOUT_COMPILER], "numpy's product and maximum, without a compiler")


def _run(command: list[str], how: str) -> Roofs:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = done.stdout.split()
    if done.returncode or len(figures) != 3:
        raise ValueError(f"the roofs of this machine could not be measured: {done.stderr.strip()[-200:]}")
    return Roofs(float(figures[0]), float(figures[1]), how)
