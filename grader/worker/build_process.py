"""Runs one compiler or linker in the build sandbox; the grader's side.

What it may read: the folders that the caller names. What it may write: one folder, whose files are bounded. It has no
network, no user of its own name, bounded memory, CPU and wall time, and nothing that it started survives it.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import CannotJudge

from . import macos, sandbox

BOOT = Path(__file__).with_name("build_boot.py")
LOG_BYTES = 256 << 10
SPARE_S = 30.0  # for starting and sweeping
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}


@dataclass(frozen=True)
class Limits:
    """What one program may use."""

    memory_bytes: int = 3 << 30
    cpu_s: int = 120
    wall_s: float = 600.0
    file_bytes: int = 64 << 20
    processes: int = 64


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    status: int  # negative for a signal
    in_time: bool
    log: str  # what it printed, capped
    swept: int = 0  # processes that it left behind
    sandbox: dict[str, str] | None = None
    at_fault: str = (
        ""  # why a failure says nothing about what was compiled: this machine, looked at from outside
    )

    @property
    def ok(self) -> bool:
        """Whether it succeeded in time."""
        return self.status == 0 and self.in_time


def run(
    argv: Sequence[str],
    *,
    place: Path,
    reads: Sequence[str],
    runs: Sequence[str],
    limits: Limits | None = None,
    unsafe: bool = False,
    interpreter: bool = False,
    address_space: bool = True,
) -> Ended:
    """Run a program in the folder `in` of `place`, which it may read; it may write into `out` beside that.

    Args:
        argv: The program's absolute path and its arguments; `../out` is where results go.
        place: A folder of the grader's that everybody can pass through.
        reads, runs: What else it may read, and the programs that it may start.
        limits: Bounds on it.
        unsafe: Go on although a required layer of the sandbox is missing.
        interpreter: It is Python, and may read what that and numpy need.
        address_space: Bound it; the simulator reserves much of it, so there CPU time has to do.

    Raises:
        CannotJudge: it cannot be started or confined.
    """
    limits = limits or Limits()
    out = place / "out"
    out.mkdir(mode=0o700, exist_ok=True)
    policy = sandbox.policy(
        root=place / "in",
        readable_paths=[Path(p) for p in reads],
        memory_bytes=limits.memory_bytes,
        cpu_s=limits.cpu_s,
        max_threads=limits.processes,
        open_files=256,
        fork_ok=True,
        writable=[out],
        runnable=[Path(p) for p in runs],
        file_bytes=limits.file_bytes,
        interpreter=interpreter,
        address_space=address_space,
    )
    if policy["uid"] is not None:
        os.chown(out, policy["uid"], policy["uid"])
    line = macos.command(policy, argv) if platform.system() == "Darwin" else list(argv)
    job = {
        "argv": line,
        "cwd": str(place / "in"),
        "environment": {**ENVIRONMENT, "TMPDIR": str(out)},
        "log": str(place / "log"),
        "policy": policy,
        "unsafe": unsafe,
        "wall_s": limits.wall_s,
    }
    return _ended(job, place, limits, unsafe)


def _ended(job: dict[str, object], place: Path, limits: Limits, unsafe: bool) -> Ended:
    killed = _killed_for_memory()
    answer = _supervised(job, limits.wall_s)
    missing = sandbox.missing(answer["sandbox"])
    if missing and not unsafe:
        raise CannotJudge(
            f"the sandbox of the compiler is not complete: {', '.join(missing)} (--unsafe builds all the same)"
        )
    with (place / "log").open("rb") as file:
        log = file.read(LOG_BYTES).decode("utf-8", "backslashreplace")
    at_fault = _at_fault(place, killed, limits) if answer["status"] != 0 else ""
    return Ended(answer["status"], answer["in_time"], log, answer["swept"], answer["sandbox"], at_fault)


def _at_fault(place: Path, killed_before: int, limits: Limits) -> str:
    """Return what this machine lacks. A compiler's words count for nothing here: a submission can write them."""
    free = shutil.disk_usage(place).free
    if free < limits.file_bytes:
        return (
            f"the disk is full: {free >> 20} MiB are free, a compiler may need {limits.file_bytes >> 20} MiB"
        )
    if _killed_for_memory() > killed_before:
        return "the machine ran out of memory and ended a process"
    return ""


def _killed_for_memory() -> int:
    """Return how many processes the kernel has ended so far because memory ran out; 0 where it does not say."""
    with contextlib.suppress(OSError), open("/proc/vmstat") as file:
        for line in file:
            name, _, count = line.partition(" ")
            if name == "oom_kill":
                return int(count)
    return 0


def _supervised(job: dict[str, object], wall_s: float) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", str(BOOT)],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            cwd="/",
            timeout=wall_s + SPARE_S,
            start_new_session=True,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    except subprocess.TimeoutExpired:
        raise CannotJudge(f"the compiler's supervisor did not end within {wall_s + SPARE_S:g} s") from None
    except (OSError, ValueError) as error:
        raise CannotJudge(f"the compiler's supervisor does not run: {error}") from None
