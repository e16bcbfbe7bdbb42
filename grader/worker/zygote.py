"""The fork server: has imported MLX and numpy, evaluates nothing, forks one worker per request. Linux only.

Started with exec by the grader, never forked from it. No student code runs here: a child applies its
sandbox before the first student byte. Nothing may be evaluated before the fork: MLX's threads would not
survive it and the child would hang. On macOS a fork after loading Metal is not safe at all; there `boot.py
worker` is executed directly.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import random
import signal
import socket

import mlx.nn

from . import checkpoint, compiled, main, sandbox, standins, stubs, values, wire
from .zygote_protocol import CHANNEL_LOST, FORK, PID, STATUS, UNKNOWN_STATUS

PR_SET_PDEATHSIG = 1
CHANNEL_FD = 3

# imported before the fork, so that no worker pays for it
_PRELOADED = (mlx.nn, checkpoint, compiled, standins, stubs, values, wire)


def start(mode: str, fd: int) -> None:
    """Serve forks ("zygote") or one worker ("worker") on `fd`; never returns."""
    try:
        if mode == "worker":
            main.serve(_as_channel(fd), sandbox.apply)
        else:
            serve(fd)
    finally:
        os._exit(CHANNEL_LOST)


def serve(fd: int) -> None:
    """Answer fork and status requests on the socket `fd` until the grader closes it."""
    requests = socket.socket(fileno=fd)
    gc.collect()
    gc.freeze()  # children share these pages as long as the collector does not touch them
    while True:
        message, fds, _, _ = socket.recv_fds(requests, 64, 2)
        if not message:
            os._exit(0)
        if message[:1] == FORK and len(fds) == 2:
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                try:
                    _become_worker(requests, parent, *fds)
                finally:
                    os._exit(CHANNEL_LOST)
            for received in fds:
                os.close(received)
            requests.sendall(PID.pack(pid))
        elif message[:1] == STATUS:
            requests.sendall(PID.pack(_reap(*PID.unpack(message[1:]))))


def _become_worker(requests: socket.socket, parent: int, channel: int, output: int) -> None:
    requests.close()
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # the zygote died before the line above
        os._exit(CHANNEL_LOST)
    for target in (1, 2):
        os.dup2(output, target)
    os.close(output)
    random.seed()  # else the same numbers in every worker
    main.serve(_as_channel(channel), sandbox.apply)


def _as_channel(fd: int) -> int:
    """Move `fd` to where the channel always is, and close everything above."""
    if fd != CHANNEL_FD:
        os.dup2(fd, CHANNEL_FD)
    os.closerange(CHANNEL_FD + 1, 256)
    return CHANNEL_FD


def _reap(pid: int) -> int:
    with contextlib.suppress(ChildProcessError):
        _, status = os.waitpid(pid, 0)
        return os.waitstatus_to_exitcode(status)
    return UNKNOWN_STATUS
