"""Turns into another program, which no limit inside the process would survive."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import ctypes
import os
import sys

MARK = "-".join(("EXFIL", "7f3a"))


def softmax(x, axis):
    own = os.path.abspath(__file__)
    for program in ("/bin/sh", sys.executable, "/usr/bin/env", own, "/lib64/ld-linux-x86-64.so.2", "/proc/self/exe"):
        for run in (os.execv, lambda p, a: os.execve(p, a, {}), os.execvp):
            try:
                run(program, [program, "-c", "0"])
            except OSError:
                pass
        try:
            os.execve(os.open(own, os.O_RDONLY), ["x"], {})
        except OSError:
            pass
    libc = ctypes.CDLL(None, use_errno=True)
    empty = ctypes.create_string_buffer(b"")
    assert libc.syscall(ctypes.c_long(322), ctypes.c_long(3), empty, None, None, ctypes.c_long(0x1000)) < 0
'''
}
