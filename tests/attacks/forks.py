"""Starts processes in every way that Python and the C library have."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import concurrent.futures
import ctypes
import multiprocessing
import os
import pty
import subprocess
import sys

MARK = "-".join(("EXFIL", "7f3a"))


def stay():
    os._exit(0)


def spawned(method):
    child = multiprocessing.get_context(method).Process(target=stay)
    child.start()


def pool():
    with concurrent.futures.ProcessPoolExecutor(1) as executor:
        executor.submit(stay).result(2)


def call(nr, *values):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(nr), *map(ctypes.c_long, values + (0,) * (6 - len(values))))
    if result == 0:
        os._exit(0)
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")


def system():
    if os.system("true") in (-1, 32512, 256):
        raise OSError("refused")


ATTEMPTS = [
    os.fork, os.forkpty, pty.fork, system, lambda: os.posix_spawn("/bin/true", ["true"], {}),
    lambda: os.posix_spawnp("true", ["true"], {}), lambda: subprocess.run(["true"]), lambda: subprocess.run("true", shell=True),
    lambda: subprocess.Popen([sys.executable, "-c", "0"], start_new_session=True), lambda: os.popen("true").read(), lambda: os.spawnv(os.P_NOWAIT, "/bin/true", ["true"]),
    lambda: spawned("fork"), lambda: spawned("spawn"), lambda: spawned("forkserver"), pool,
    lambda: call(56, 17), lambda: call(57), lambda: call(58), lambda: call(435), lambda: call(56, 0x10000000), lambda: call(272, 0x10000000),
]


def softmax(x, axis):
    through = []
    for number, attempt in enumerate(ATTEMPTS):
        try:
            attempt()
            through.append(number)
        except OSError:
            pass
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
