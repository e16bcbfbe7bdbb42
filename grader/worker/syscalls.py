"""Linux system call numbers: what a confined process may call, per processor architecture.

Two lists: `WORKER` is what Python, numpy and MLX need to compute and to talk over descriptors that are open
already; `BUILD` is what a compiler needs besides. Everything that stands in neither list is refused by the
filter that `seccomp` makes of them, so a system call that a future kernel adds is refused too.

Knows nothing about how the filter is written or who is confined. The x86-64 column is tested against the
running kernel and its headers; the arm64 column (the kernel's generic table) is tested against headers only:
UNTESTED in use.
"""

from __future__ import annotations

# name: (x86-64, arm64); None where the architecture never had the call
WORKER: dict[str, tuple[int | None, int | None]] = {
    # reading, and writing to what is open
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "preadv": (295, 69),
    "lseek": (8, 62),
    "close": (3, 57),
    "close_range": (436, 436),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "recvfrom": (45, 207),
    "sendto": (44, 206),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    # looking at files: Landlock decides which may be opened
    "open": (2, None),
    "openat": (257, 56),
    "stat": (4, None),
    "fstat": (5, 80),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    # memory
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "brk": (12, 214),
    # threads
    "clone": (56, 220),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "rseq": (334, 293),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "exit": (60, 93),
    "exit_group": (231, 94),
    # waiting and time
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    "alarm": (37, None),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "restart_syscall": (219, 128),
    "pause": (34, None),
    # signals, to itself only
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137),
    "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132),
    "kill": (62, 129),
    "tgkill": (234, 131),
    # who and where am I
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getgroups": (115, 158),
    "getpgrp": (111, None),
    "getcpu": (309, 168),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "getrlimit": (97, 163),
    "prlimit64": (302, 261),
    "prctl": (157, 167),
    "getrandom": (318, 278),
}

BUILD: dict[str, tuple[int | None, int | None]] = {
    # processes
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "wait4": (61, 260),
    "waitid": (247, 95),
    "setpgid": (109, 154),
    "getpgid": (121, 155),
    "getsid": (124, 156),
    "arch_prctl": (158, None),
    "sched_setaffinity": (203, 122),  # make and ld ask for it; harmless, as nothing is timed while building
    # files: Landlock decides where
    "chdir": (80, 49),
    "fchdir": (81, 50),
    "umask": (95, 166),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "utimensat": (280, 88),
    "truncate": (76, 45),
    "ftruncate": (77, 46),
    "fallocate": (285, 47),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "flock": (73, 32),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "sendfile": (40, 71),
    "copy_file_range": (326, 285),
    "creat": (85, None),
}

# Answered "no such system call", for which every libc has a way around that the filter can look into:
# the flags of clone3 and openat2 lie in memory, out of a filter's reach.
NOT_THERE: dict[str, tuple[int | None, int | None]] = {
    "clone3": (435, 435),
    "openat2": (437, 437),
    "futex_waitv": (449, 449),
}

# From here on the numbers are the same everywhere and newer than this table: a libc that tries one first
# falls back on "no such system call" and would give up on "not permitted".
FIRST_UNKNOWN = 450

# machine name of `platform.machine()` -> (column above, AUDIT_ARCH, number of seccomp(2))
MACHINES: dict[str, tuple[int, int, int]] = {
    "x86_64": (0, 0xC000003E, 317),
    "aarch64": (1, 0xC00000B7, 277),
}


def number(name: str, machine: str) -> int:
    """Return the number of the system call `name` on `machine`.

    Raises:
        KeyError: the call or the machine is in no table, or the machine never had the call.
    """
    column = MACHINES[machine][0]
    for table in (WORKER, BUILD, NOT_THERE):
        if name in table:
            found = table[name][column]
            if found is not None:
                return found
    raise KeyError(f"{name} on {machine}")


def numbers(table: dict[str, tuple[int | None, int | None]], machine: str) -> dict[str, int]:
    """Return name -> number for the calls of `table` that `machine` has, in the table's order."""
    column = MACHINES[machine][0]
    return {name: pair[column] for name, pair in table.items() if pair[column] is not None}  # type: ignore[misc]
