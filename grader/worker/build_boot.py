"""Entry script of the build phase: `python -I -S -B build_boot.py`, a job on standard input, its end on the output.

Starts one program (a compiler, a linker) confined, waits for it under a deadline, and ends whatever it has started:
orphans come back to this process, which is their reaper, so that no background process survives. Nothing of a
submission is run or read here. Linux; on macOS `sandbox-exec` starts the program and its group is ended: UNTESTED.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import signal
import sys
import time
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LOOK_S = 0.005
SWEEP_S = 10.0
NOT_STARTED = 127


def main() -> None:
    """Carry out one job."""
    job = json.load(sys.stdin)
    sandbox = _sandbox()
    linux = sys.platform == "linux"
    if linux:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
    states_out, states_in = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(states_out)
        _become(job, sandbox, states_in, linux)
    os.close(states_in)
    with os.fdopen(states_out) as pipe:
        states = json.loads(pipe.read() or "{}")
    status, in_time = _wait(pid, job["wall_s"])
    swept = _sweep(pid)
    json.dump({"status": status, "in_time": in_time, "swept": swept, "sandbox": states}, sys.stdout)


def _become(job: dict[str, Any], sandbox: Any, states_in: int, linux: bool) -> None:
    """Confine this process and execute the program; never returns."""
    try:
        os.setsid()
        if linux:
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.set_inheritable(states_in, False)
        os.closerange(states_in + 1, 256)
        os.chdir(job["cwd"])
        states = sandbox.apply(job["policy"])
        if not linux:  # the program is confined from its first instruction, this process is not
            states["sandbox-exec"] = sandbox.macos.will_confine(job["argv"])
        os.write(states_in, json.dumps(states).encode())
        if not sandbox.missing(states) or job["unsafe"]:
            os.execve(job["argv"][0], job["argv"], job["environment"])
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(2, f"cannot start: {error}\n".encode())
    finally:
        os._exit(NOT_STARTED)


def _wait(pid: int, wall_s: float) -> tuple[int, bool]:
    """Return how the program ended, negative for a signal, and whether that was in time."""
    deadline = time.monotonic() + wall_s
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), True
        time.sleep(LOOK_S)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), False


def _sweep(group: int) -> int:
    """End every descendant that is left, and return how many there were."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    ended = 0
    deadline = time.monotonic() + SWEEP_S
    while time.monotonic() < deadline:
        for pid in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            done, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        ended += done > 0
        if not done:
            time.sleep(LOOK_S)
    return ended


def _children() -> list[int]:
    """Return the direct children; the grandchildren come up when their parents end."""
    own = os.getpid()
    found = []
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat") as file:
                if int(file.read().rpartition(")")[2].split()[1]) == own:
                    found.append(int(name))
    return found


def _sandbox() -> Any:
    """Load the sandbox as `boot.py` does, without the rest of the project."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    boot = importlib.import_module("boot")
    del sys.path[0]
    boot.load_package()
    return importlib.import_module(f"{boot.PACKAGE}.sandbox")


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(ctypes.c_int(option), ctypes.c_ulong(value), 0, 0, 0)


if __name__ == "__main__":
    main()
