"""Traces, reads and writes the memory of its parent, by ptrace, process_vm_* and descriptors of processes."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import ctypes
import os

MARK = "-".join(("EXFIL", "7f3a"))
# ptrace attach, seize, traceme; process_vm_readv, writev; kcmp; pidfd_open, getfd, send_signal; process_madvise, mrelease
CALLS = [(101, 16), (101, 0x4206), (310,), (311,), (312,), (434,), (438, 0, 3), (424, 0, 9), (440,), (448,), (101, 0, 0)]


def softmax(x, axis):
    libc = ctypes.CDLL(None, use_errno=True)
    through = []
    for pid in (os.getppid(), os.getppid() - 1, 1):
        for nr, *arguments in CALLS:
            values = [*arguments, pid] if nr == 101 else [pid, *arguments]
            if nr in (438, 424):
                values = arguments
            values += [0] * (6 - len(values))
            if libc.syscall(ctypes.c_long(nr), *map(ctypes.c_long, values)) >= 0 or ctypes.get_errno() not in (1, 38):
                through.append((nr, ctypes.get_errno()))
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
