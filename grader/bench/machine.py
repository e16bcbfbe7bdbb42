"""What this machine can do at most with one thread: floating-point operations and bytes per second, measured.

The product of two matrices by numpy's BLAS stands for the peak of arithmetic, the largest number of a large array for
that of memory. Each figure is the best of many runs in a process of its own that has one thread. BLAS reaches 85 to
100 % of the peak of fused multiply-adds in float32; integer instructions do up to four times as many operations
(16 bits: two, 8 bits: four). So no honest kernel exceeds `HONEST` times the measured peak, and what does is none.

Kept for a day. Knows nothing about the course.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

HONEST = 5.0  # 4 for 8-bit integer products, over the 85 % that BLAS may have reached
DAY_S = 86_400

_PROGRAM = """
import json, time
import numpy as np
a, b = (np.random.default_rng(0).standard_normal((512, 512), np.float32) for _ in "ab")
x = np.ones(1 << 25, np.uint64)
def best(call, seconds):
    found, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        found = min(found, time.perf_counter() - start)
    return found
product = np.empty_like(a)
flops = 2 * 512**3 / best(lambda: np.matmul(a, b, out=product), 0.5)
print(json.dumps({"flops": flops, "bytes_per_s": x.nbytes / best(lambda: x.max(), 0.7)}))
"""


@dataclass(frozen=True)
class Machine:
    """Measured peaks of one thread."""

    flops: float  # float32 operations per second, multiply and add counted as two
    bytes_per_s: float  # read from memory
    measured_at: float = 0.0  # seconds since 1970
    name: str = ""

    def fastest_s(self, flops: float) -> float:
        """Return the seconds below which no honest kernel does so many operations."""
        return flops / (self.flops * HONEST)


def peaks(folder: Path | None = None) -> Machine:
    """Return the peaks of this machine: those of the last day from `folder`, or measured now, which takes 2 s.

    Raises:
        OSError: the measuring process cannot be started.
        ValueError: it has printed no figures.
    """
    name = _name()
    file = folder / "machine.json" if folder is not None else None
    known = _read(file, name)
    if known is not None:
        return known
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM")}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env={**os.environ, **threads},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(f"the machine's peaks could not be measured: {done.stderr.strip()[-200:]}")
    machine = Machine(**json.loads(done.stdout), measured_at=time.time(), name=name)
    if file is not None:
        with contextlib.suppress(OSError):  # it is measured again next time
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(f".{os.getpid()}")
            part.write_text(json.dumps(asdict(machine)))
            part.replace(file)
    return machine


def _read(file: Path | None, name: str) -> Machine | None:
    if file is None:
        return None
    try:
        machine = Machine(**json.loads(file.read_text()))
        fresh = 0 <= time.time() - machine.measured_at < DAY_S
        return machine if fresh and machine.name == name and machine.flops > 0 < machine.bytes_per_s else None
    except (OSError, ValueError, TypeError):
        return None


def _name() -> str:
    """Return what tells this machine from another one that shares the folder."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return f"{platform.node()}, {line.partition(':')[2].strip()}"
    return f"{platform.node()}, {platform.processor() or platform.machine()}"
