"""What a hostile submission would try, as a submission: `canary` copies this file and runs it in a worker.

Every attempt is harmless where it succeeds: system calls that could do damage get arguments that the kernel
refuses for another reason, so that an answer other than "not permitted" shows that the call got through.

Runs inside the worker, alone: standard library only. Never imported by the grader.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import resource
import socket
import stat
import sys
from collections.abc import Callable
from typing import Any

Facts = dict[str, Any]

_REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EROFS)
_DECOY = "decoy"  # stands for the process id of the decoy in the table below

# name: (x86-64, arm64, arguments); pointers are null, sizes zero, flags invalid
_CALLS: dict[str, tuple[int, int, tuple[Any, ...]]] = {
    "add_key": (248, 217, ()),
    "bpf": (321, 280, ()),
    "capset": (126, 91, ()),
    "chroot": (161, 51, ()),
    "clock_settime": (227, 112, ()),
    "delete_module": (176, 106, ()),
    "fanotify_init": (300, 262, ()),
    "finit_module": (313, 273, (-1,)),
    "fsmount": (432, 432, (-1,)),
    "fsopen": (430, 430, ()),
    "init_module": (175, 105, ()),
    "inotify_init1": (294, 26, ()),
    "io_uring_setup": (425, 425, (1,)),
    "ioprio_set": (251, 30, (99,)),
    "kcmp": (312, 272, (_DECOY, _DECOY)),
    "kexec_load": (246, 104, ()),
    "keyctl": (250, 219, (0, -3)),
    "landlock_restrict_self": (446, 446, (-1,)),
    "memfd_create": (319, 279, ()),
    "memfd_secret": (447, 447, ()),
    "migrate_pages": (256, 238, (_DECOY,)),
    "mlockall": (151, 230, ()),
    "mount": (165, 40, ()),
    "move_mount": (429, 429, (-1, 0, -1)),
    "mq_open": (240, 180, ()),
    "msgget": (68, 186, (0x5EC2E7,)),
    "name_to_handle_at": (303, 264, (-1,)),
    "open_by_handle_at": (304, 265, (-1,)),
    "open_tree": (428, 428, (-1,)),
    "perf_event_open": (298, 241, ()),
    "personality": (135, 92, (0xFFFFFFFF,)),
    "pidfd_getfd": (438, 438, (-1,)),
    "pidfd_open": (434, 434, (_DECOY,)),
    "pidfd_send_signal": (424, 424, (-1,)),
    "pivot_root": (155, 41, ()),
    "process_madvise": (440, 440, (-1,)),
    "process_vm_readv": (310, 270, (_DECOY,)),
    "process_vm_writev": (311, 271, (_DECOY,)),
    "ptrace-attach": (101, 117, (16, _DECOY)),
    "ptrace-traceme": (101, 117, (0,)),
    "reboot": (169, 142, ()),
    "request_key": (249, 218, ()),
    "rt_sigqueueinfo": (129, 138, (_DECOY, 15)),
    "sched_setattr": (314, 274, ()),
    "sched_setscheduler": (144, 119, ()),
    "semget": (64, 190, (0x5EC2E7,)),
    "setns": (308, 268, (-1,)),
    "shmget": (29, 194, (0x5EC2E7,)),
    "swapon": (167, 224, ()),
    "syslog": (103, 116, (99,)),
    "tkill": (200, 130, (_DECOY, 15)),
    "umount2": (166, 39, ()),
    "unshare-net": (272, 97, (0x40000000,)),
    "unshare-user": (272, 97, (0x10000000,)),
    "userfaultfd": (323, 282, ()),
}


def attempt(names: list[str], facts: Facts) -> dict[str, str]:
    """Try every attempt in `names`; return name -> "refused", "got through" or "unclear: ..."."""
    known = table()
    return {name: _try(known[name], facts) if name in known else "unclear: not known" for name in names}


def table() -> dict[str, Callable[[Facts], object]]:
    """Return name -> attempt, in the order of trying, for this system."""
    out: dict[str, Callable[[Facts], object]] = {**_reads(), **_writes(), **_processes(), **_sockets()}
    if sys.platform == "linux":
        out |= {**_linux_reads(), **_linux_limits()}
        out |= {f"call-{name}": _call(*row) for name, row in _CALLS.items()}
    return out


def _try(function: Callable[[Facts], object], facts: Facts) -> str:
    try:
        function(facts)
        return "got through"  # and not what it got: the report may be shown to others
    except OSError as error:
        if error.errno in _REFUSALS:
            return "refused"
        return f"unclear: {errno.errorcode.get(error.errno or 0, '?')}"
    except Exception as error:  # a mistake in the attempt: it must not count as a refusal
        return f"unclear: {type(error).__name__}: {error}"


def _reads() -> dict[str, Callable[[Facts], object]]:
    return {
        "read-secret": lambda f: _read(f["secret"]),
        "read-accounts": lambda f: _read("/etc/passwd"),
        "read-grader": lambda f: _read(f["grader"]),
        "read-pytorch": lambda f: _read(f["pytorch"]),
        "list-grader": lambda f: os.listdir(os.path.dirname(f["grader"])),
        "list-home": lambda f: os.listdir(f["home"]),
        "list-root": lambda f: os.listdir("/"),
        "list-temporary": lambda f: os.listdir(f["temporary"]),
        "inherited-descriptors": _inherited,
    }


def _linux_reads() -> dict[str, Callable[[Facts], object]]:
    return {
        "read-own-environment": lambda f: _read("/proc/self/environ"),
        "read-own-memory": lambda f: _read("/proc/self/maps"),
        "read-through-proc-root": lambda f: _read("/proc/self/root" + f["secret"]),
        "read-grader-environment": lambda f: _read(f"/proc/{f['grader_pid']}/environ"),
        "read-grader-command": lambda f: _read(f"/proc/{f['grader_pid']}/cmdline"),
        "read-grader-memory": lambda f: _read(f"/proc/{f['grader_pid']}/maps"),
        "read-parent-status": lambda f: _read(f"/proc/{os.getppid()}/status"),
        "list-processes": lambda f: os.listdir("/proc"),
        "list-shared-memory": lambda f: os.listdir("/dev/shm"),
    }


def _writes() -> dict[str, Callable[[Facts], object]]:
    def in_folder(name: str) -> Callable[[Facts], str]:
        return lambda f: os.path.join(f["folder"], f["token"] + name)

    link, hard, made, fifo, moved = map(in_folder, ("-link", "-hard", "-made", "-fifo", "-moved"))
    out: dict[str, Callable[[Facts], object]] = {
        "write-folder": lambda f: _create(f["folder"], f),
        "write-temporary": lambda f: _create(f["temporary"], f),
        "write-snapshot": lambda f: _create(os.path.dirname(__file__), f),
        "write-working-folder": lambda f: _create(os.getcwd(), f),
        "write-secret": lambda f: os.close(os.open(f["secret"], os.O_WRONLY)),
        "truncate-secret": lambda f: os.truncate(f["secret"], 0),
        "chmod-secret": lambda f: os.chmod(f["secret"], 0o600),
        "touch-secret": lambda f: os.utime(f["secret"], (1, 1)),
        "symlink": lambda f: os.symlink(f["secret"], link(f)),
        "hardlink": lambda f: os.link(f["secret"], hard(f)),
        "mkdir": lambda f: os.mkdir(made(f)),
        "mkfifo": lambda f: os.mkfifo(fifo(f)),
        "rename-secret": lambda f: os.rename(f["secret"], moved(f)),
        "unlink-secret": lambda f: os.unlink(f["secret"]),
        "chdir": lambda f: os.chdir(f["folder"]),
    }
    if sys.platform == "linux":
        out["write-shared-memory"] = lambda f: _create("/dev/shm", f)
        out["write-nameless"] = lambda f: os.open(f["folder"], os.O_TMPFILE | os.O_RDWR)
        out["setxattr-secret"] = lambda f: os.setxattr(f["secret"], "user.canary", b"1")
    return out


def _processes() -> dict[str, Callable[[Facts], object]]:
    return {
        "fork": lambda f: os.fork() or os._exit(0),
        "spawn": lambda f: os.posix_spawn("/bin/sleep", ["sleep", "1"], {}),
        "exec": lambda f: os.execv("/nonexistent/program", ["program"]),
        "kill-decoy": lambda f: os.kill(f["decoy"], 15),
        "kill-grader": lambda f: os.kill(f["grader_pid"], 0),
        "kill-everybody": lambda f: os.kill(-1, 0),
        "kill-group": lambda f: os.killpg(os.getpgrp(), 0),
        "setsid": lambda f: os.setsid(),
        "setpgid": lambda f: os.setpgid(0, 0),
        "setuid": lambda f: os.setuid(0),
        "setgid": lambda f: os.setgid(0),
        "setgroups": lambda f: os.setgroups([0]),
        "nice": lambda f: os.nice(1),
        "renice-decoy": lambda f: os.setpriority(os.PRIO_PROCESS, f["decoy"], 7),
    }


def _linux_limits() -> dict[str, Callable[[Facts], object]]:
    return {
        "limit-decoy": lambda f: resource.prlimit(f["decoy"], resource.RLIMIT_NOFILE, (11, 11)),
        "limit-own": lambda f: resource.prlimit(
            0, resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU)
        ),
        "pin-decoy": lambda f: os.sched_setaffinity(f["decoy"], {0}),
        "pin-own": lambda f: os.sched_setaffinity(0, {0}),
        "signal-by-descriptor": lambda f: fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, f["decoy"]),
        "signal-number-by-descriptor": lambda f: fcntl.fcntl(os.pipe()[0], 10, 9),  # F_SETSIG
        "become-traceable": lambda f: _prctl(4, 1),  # PR_SET_DUMPABLE
        "invite-tracer": lambda f: _prctl(0x59616D61, f["decoy"]),  # PR_SET_PTRACER
        "outlive-parent": lambda f: _prctl(1, 0),  # PR_SET_PDEATHSIG
    }


def _sockets() -> dict[str, Callable[[Facts], object]]:
    families = [
        ("unix", 1),
        ("inet", 2),
        ("inet6", 10),
        ("netlink", 16),
        ("packet", 17),
        ("alg", 38),
        ("vsock", 40),
    ]
    if sys.platform != "linux":
        families = [("unix", 1), ("inet", 2), ("inet6", 30)]
    out: dict[str, Callable[[Facts], object]] = {
        f"socket-{name}": lambda f, family=family: _socket(family)  # type: ignore[misc]
        for name, family in families
    }
    return {**out, "socketpair": lambda f: socket.socketpair()}


def _socket(family: int) -> object:
    raw = family in (16, 17, 38)
    with socket.socket(
        family, socket.SOCK_SEQPACKET if family == 38 else socket.SOCK_RAW if raw else socket.SOCK_STREAM
    ):
        return "open"


def _inherited(_: Facts) -> object:
    """Look for a file or folder that the worker was born with; pipes, sockets and devices are its channel."""
    for descriptor in range(256):
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISBLK(mode):
            return f"descriptor {descriptor} is open, mode {mode:o}"
    raise PermissionError(errno.EPERM, "none")


def _read(path: str) -> str:
    with open(path, "rb") as file:
        return file.read(100).decode("latin-1")


def _create(folder: str, facts: Facts) -> str:
    path = os.path.join(folder, facts["token"])
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    return path


def _call(x86_64: int, arm64: int, arguments: tuple[Any, ...]) -> Callable[[Facts], object]:
    number = x86_64 if platform.machine() == "x86_64" else arm64

    def call(facts: Facts) -> object:
        values = [facts["decoy"] if a == _DECOY else a for a in arguments]
        return _checked(
            _libc().syscall(*(ctypes.c_long(v) for v in [number, *values, *[0] * (6 - len(values))]))
        )

    return call


def _prctl(option: int, argument: int) -> object:
    return _checked(_libc().prctl(ctypes.c_int(option), *(ctypes.c_ulong(v) for v in (argument, 0, 0, 0))))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
