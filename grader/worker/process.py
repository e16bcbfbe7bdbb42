"""Starts, watches from outside and kills a worker's process; the grader's side.

Never forks the grader, whose memory holds the answers: a worker is executed directly, or forked from the
zygote, which was executed and holds nothing of the grader. What is inherited: a channel, a pipe for output,
and the few variables of `ENVIRONMENT`. Knows nothing about frames, calls or verdicts.

Without Linux there is no zygote, no process descriptor, and neither resident memory, threads nor the CPU
clock can be read without starting a program: those figures are 0 there and the limits inside the worker
have to do.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import platform
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.errors import CannotJudge

from . import macos
from .zygote_protocol import FORK, PID, STATUS, UNKNOWN_STATUS

BOOT = Path(__file__).with_name("boot.py")
PR_SET_DUMPABLE = 4
KILL_WAIT_S = 5.0

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "MLX_DISABLE_COMPILE": "1",  # mx.compile would start a C++ compiler
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",  # numpy would start threads on import, and Landlock wants to be first
}


class ZygoteGone(Exception):
    """The fork server has ended; its workers have ended with it."""


class Zygote:
    """The fork server's process; started on first use, and again if it has died.

    Use it as a context manager or call `close`. Workers forked from it die with it.
    """

    def __init__(self) -> None:
        hide_memory()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process id, None before first use and after `close`."""
        return self._process.pid if self._process is not None else None

    def fork(self, channel: int, output: int) -> int:
        """Return the pid of a new worker that has the two descriptors.

        Raises:
            CannotJudge: the fork server dies twice in a row.
        """
        for _ in range(2):
            try:
                requests = self._running()
                socket.send_fds(requests, [FORK], [channel, output])
                return self._answer(requests)
            except (OSError, ZygoteGone):
                self.close()
        raise CannotJudge("the process that starts workers does not start")

    def status(self, pid: int) -> int:
        """Return how a worker ended: status, negative for a signal, `UNKNOWN_STATUS` if lost."""
        if self._requests is None:
            return UNKNOWN_STATUS
        try:
            self._requests.sendall(STATUS + PID.pack(pid))
            return self._answer(self._requests)
        except (OSError, ZygoteGone):
            return UNKNOWN_STATUS

    def close(self) -> None:
        """End the fork server and its workers."""
        if self._requests is not None:
            self._requests.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._requests = self._process = None

    def _running(self) -> socket.socket:
        if self._process is not None and self._process.poll() is None and self._requests is not None:
            return self._requests
        self.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                command("zygote", theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        ours.settimeout(60)
        self._requests = ours
        return ours

    def _answer(self, requests: socket.socket) -> int:
        data = requests.recv(PID.size)
        if len(data) != PID.size:
            raise ZygoteGone
        return int(PID.unpack(data)[0])


class Child:
    """One worker's process with its channel (non-blocking socket) and output pipe (non-blocking descriptor).

    Args:
        zygote: who forks it; None executes it directly, which takes about ten times as long.
        policy: the sandbox's, only needed where the sandbox starts the process (macOS).
        environment: variables besides `ENVIRONMENT`, of a process that is executed directly.
    """

    def __init__(
        self,
        zygote: Zygote | None,
        policy: dict[str, Any],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.channel, theirs = socket.socketpair()
        self.output, write_end = os.pipe()
        self._zygote = zygote
        self._process: subprocess.Popen[bytes] | None = None
        try:
            if zygote is not None:
                self.pid = zygote.fork(theirs.fileno(), write_end)
            else:
                self._process = _execute(theirs.fileno(), write_end, policy, environment or {})
                self.pid = self._process.pid
        except BaseException:
            self.channel.close()
            os.close(self.output)
            raise
        finally:
            theirs.close()
            os.close(write_end)
        self.channel.setblocking(False)
        os.set_blocking(self.output, False)
        self.pidfd = self._open_pidfd()
        self._status: int | None = None
        self._last_cpu_s = 0.0

    def exited(self, wait_s: float = 0.0) -> bool:
        """Return whether the process has ended, after at most `wait_s`."""
        if self._status is not None:
            return True
        if self.pidfd is not None:
            poll = select.poll()  # select cannot take descriptors above 1023
            poll.register(self.pidfd, select.POLLIN)
            return bool(poll.poll(1000 * wait_s))
        if self._process is None:
            return False
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(wait_s)
        return self._process.returncode is not None

    def kill(self) -> int:
        """End the process and its group, close everything, and return how it ended, as `Zygote.status`."""
        if self._status is not None:
            return self._status
        self.cpu_s()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self.pidfd is not None:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            elif self._process is not None:
                self._process.kill()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(
                self.pid, signal.SIGKILL
            )  # it leads its own group; a sandboxed one cannot have children
        self.exited(KILL_WAIT_S)
        self._status = self._wait()
        if self.pidfd is not None:
            os.close(self.pidfd)
            self.pidfd = None
        self.channel.close()
        os.close(self.output)
        return self._status

    def send(self, number: signal.Signals) -> None:
        """Send the process a signal.

        Raises:
            OSError: it has ended.
        """
        if self._status is not None:
            raise ProcessLookupError(f"worker {self.pid} has been ended")
        if self.pidfd is not None:
            signal.pidfd_send_signal(self.pidfd, number)
        else:
            os.kill(self.pid, number)

    def usage(self) -> tuple[int, int]:
        """Return (resident bytes, threads); (0, 0) where they cannot be read."""
        try:
            with open(f"/proc/{self.pid}/status", "rb") as file:
                text = file.read(8192)
        except OSError:
            return 0, 0
        return _field(text, b"VmRSS:") << 10, _field(text, b"Threads:")

    def cpu_s(self) -> float:
        """Return the CPU seconds of the process by its clock, seen from outside; the last value known."""
        if self._status is None and platform.system() == "Linux":
            with contextlib.suppress(OSError):
                self._last_cpu_s = time.clock_gettime((~self.pid << 3) | 2)
        return self._last_cpu_s

    def _open_pidfd(self) -> int | None:
        if not hasattr(os, "pidfd_open"):
            return None
        try:
            return os.pidfd_open(self.pid)
        except ProcessLookupError:  # forked from a zygote that has died since
            return None

    def _wait(self) -> int:
        if self._process is not None:
            return self._process.wait(KILL_WAIT_S)
        if self._zygote is not None and self.pidfd is not None:
            return self._zygote.status(self.pid)
        return UNKNOWN_STATUS


def command(mode: str, fd: int) -> list[str]:
    """Return the command line of `boot.py`: no environment, no site-packages, no byte code written."""
    sites: list[str] = []
    for package in ("mlx", "numpy"):
        spec = importlib.util.find_spec(package)
        folders = list(spec.submodule_search_locations or []) if spec is not None else []
        if not folders:
            raise CannotJudge(f"the package {package} is not installed")
        sites.append(str(Path(folders[0]).parent))
    python = [sys.executable, "-I", "-S", "-B", "-X", "utf8"]
    return [*python, str(BOOT), mode, str(fd), *dict.fromkeys(sites)]


def hide_memory() -> None:
    """Make this process's memory unreadable for processes of the same user: PR_SET_DUMPABLE 0, Linux only."""
    if platform.system() == "Linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _execute(
    channel: int, output: int, policy: dict[str, Any], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    hide_memory()
    line: Sequence[str] = command("worker", channel)
    if platform.system() == "Darwin" and "sandbox-exec" not in policy.get("off", ()):
        line = macos.command(policy, line)
    return subprocess.Popen(
        line,
        pass_fds=[channel],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env={**ENVIRONMENT, **environment},
        cwd="/",
        start_new_session=True,
    )


def _field(text: bytes, label: bytes) -> int:
    _, found, rest = text.partition(label)
    return int(rest.split(None, 1)[0]) if found else 0
