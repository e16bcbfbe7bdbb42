"""Asks the kernel for what has a record of holes: io_uring, memory files, BPF, perf, userfaultfd, keys, namespaces, mounts."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import ctypes
import os

MARK = "-".join(("EXFIL", "7f3a"))
NUMBERS = [425, 426, 427, 319, 447, 321, 298, 323, 248, 249, 250, 272, 308, 165, 166, 155, 161, 428, 429, 430, 431, 432, 433, 442,
           444, 445, 446, 303, 304, 253, 254, 294, 300, 301, 135, 169, 170, 171, 172, 173, 175, 313, 176, 246, 320, 103, 163, 167,
           168, 153, 154, 156, 205, 256, 279, 237, 238, 239, 149, 151, 325, 329, 330, 331, 334 + 100, 443, 449, 450, 451, 455, 456, 459, 460, 462, 500]


def softmax(x, axis):
    libc = ctypes.CDLL(None, use_errno=True)
    through = []
    for nr in NUMBERS:
        for arguments in ((1, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0), (-1, -1, -1, -1, -1, -1)):
            result = libc.syscall(ctypes.c_long(nr), *map(ctypes.c_long, arguments))
            if result >= 0 or ctypes.get_errno() not in (1, 38):
                through.append((nr, result, ctypes.get_errno()))
    for create in (lambda: os.memfd_create("x"), lambda: os.eventfd(1), lambda: os.pidfd_open(os.getpid()), lambda: os.sched_rr_get_interval(0)):
        try:
            create()
            through.append("created")
        except OSError:
            pass
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
