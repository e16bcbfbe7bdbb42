"""Leaves shared memory, semaphores and message queues that outlive the process: System V, POSIX, files in /dev/shm."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import ctypes
import multiprocessing
import multiprocessing.shared_memory
import os

MARK = "-".join(("EXFIL", "7f3a"))


def softmax(x, axis):
    libc = ctypes.CDLL(None, use_errno=True)
    through = []
    create = 0o1000 | 0o666
    for nr, arguments in ((29, (0, 4096, create)), (64, (0, 1, create)), (68, (0, create)), (29, (0x7F3A, 4096, create)), (30, (0, 0, 0)), (31, (0, 0, 0)), (71, (0, 0, 0))):
        if libc.syscall(ctypes.c_long(nr), *map(ctypes.c_long, arguments)) >= 0:
            through.append(nr)
    for name, call in (("shm_open", lambda: libc.shm_open(b"/hostile", 0o102, 0o666)), ("mq_open", lambda: libc.syscall(ctypes.c_long(240), b"hostile", 0o102, 0o666, None))):
        if call() >= 0:
            through.append(name)
    libc.sem_open.restype = ctypes.c_void_p
    if libc.sem_open(b"/hostile", 0o100, 0o666, 1):
        through.append("sem_open")
    for make in (lambda: multiprocessing.shared_memory.SharedMemory("hostile", create=True, size=64), multiprocessing.Semaphore,
                 lambda: os.open("/dev/shm/hostile", os.O_CREAT | os.O_RDWR), lambda: os.mkfifo("/dev/shm/fifo")):
        try:
            make()
            through.append("made")
        except OSError:
            pass
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
