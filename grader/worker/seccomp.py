"""The system call filter of a confined process: an allow list, written as a classic BPF program.

Covers: no new process or program, no socket, no signal to others, no limit or scheduling change, no
descriptor or memory trick, no change to any file's name, mode or times, nothing that a newer kernel adds.
Does not cover: which files are read, and writing to files that exist (Landlock's part: a filter sees numbers,
never a path).

What is not allowed answers EPERM, so that a submission gets an exception at the line that tried; a system
call of another architecture (32-bit, x32) kills the process. Knows nothing about policies, users or the
course.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from dataclasses import dataclass

from . import syscalls

_LIBC = ctypes.CDLL(None, use_errno=True)

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
ERRNO = 0x00050000

# BPF operation codes: load a word, and with a constant, jump if equal / greater or equal / any bit set,
# return
_LD, _AND, _JEQ, _JGE, _RET = 0x20, 0x54, 0x15, 0x35, 0x06
_NR, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data
_X32_BIT = 0x40000000
_FULL = 0xFFFFFFFF

Instruction = tuple[int, int, int, int]

THREAD_FLAGS = 0x007D0F00  # what glibc and musl pass to clone for a thread
CLONE_THREAD = 0x00010000
CLONE_NEW = 0x7E020080  # every CLONE_NEW*
OPEN_CREATES = 0x00400240  # O_CREAT, O_TRUNC, O_TMPFILE
FCNTL_PLAIN = (
    0,
    1,
    2,
    3,
    4,
    1030,
)  # DUPFD, GETFD, SETFD, GETFL, SETFL, DUPFD_CLOEXEC: no owner, lock, lease, seal
FCNTL_LOCKS = (5, 6, 7)
IOCTL_PLAIN = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONCLEX, FIOCLEX
PRCTL_PLAIN = (
    3,
    15,
    16,
    0x53564D41,
)  # GET_DUMPABLE, SET_NAME, GET_NAME, SET_VMA (names for malloc's regions)
SEND_RECEIVE = (
    0x4142  # MSG_PEEK, MSG_DONTWAIT, MSG_WAITALL, MSG_NOSIGNAL; out-of-band data has a record of kernel bugs
)


@dataclass(frozen=True)
class Argument:
    """A condition on one argument: `(argument & mask) in values`.

    `wide` says that the kernel reads all 64 bits; then the upper half must be zero. Where it reads an int the
    upper half is whatever the caller's register held, and is not looked at.
    """

    index: int
    values: tuple[int, ...]
    mask: int = _FULL
    wide: bool = False

    def program(self) -> list[Instruction]:
        """Return instructions that answer EPERM unless the condition holds, else fall through."""
        low = _ARGS + 8 * self.index
        out = _one_of(low, self.mask, self.values)
        return out + _one_of(low + 4, _FULL, (0,)) if self.wide else out


Rules = dict[str, tuple[Argument, ...]]


def worker_rules(pid: int) -> Rules:
    """Return the conditions for a worker with process id `pid`: it computes and answers, nothing else."""
    myself = Argument(0, (pid,))
    zero_pointer = Argument(4, (0,), wide=True)
    plain_message = Argument(3, (0,), mask=_FULL ^ SEND_RECEIVE)
    creates_nothing = (0,)
    return {
        "clone": (
            Argument(0, (0,), mask=_FULL ^ THREAD_FLAGS, wide=True),
            Argument(0, (CLONE_THREAD,), mask=CLONE_THREAD),
        ),
        "kill": (myself,),
        "tgkill": (myself,),
        "prlimit64": (Argument(0, (0, pid)), Argument(2, (0,), wide=True)),
        "prctl": (Argument(0, PRCTL_PLAIN),),
        "fcntl": (Argument(1, FCNTL_PLAIN),),
        "ioctl": (Argument(1, IOCTL_PLAIN),),
        "open": (Argument(1, creates_nothing, mask=OPEN_CREATES),),
        "openat": (Argument(2, creates_nothing, mask=OPEN_CREATES),),
        "recvfrom": (plain_message, zero_pointer),
        "sendto": (plain_message, zero_pointer),
    }


def build_rules(pid: int, *, free_signals: bool) -> Rules:
    """Return the conditions for a build: a worker's, with processes and files allowed.

    Args:
        pid: The process that the build starts with.
        free_signals: Landlock keeps signals inside, so that the processes of the build may signal each other.
    """
    rules = worker_rules(pid)
    for free in ("open", "openat", *(("kill", "tgkill") if free_signals else ())):
        del rules[free]
    own = (Argument(0, (0,)),)  # a compiler raises its stack limit, always by this name for itself
    rules |= {"prlimit64": own, "sched_setaffinity": own}
    rules["clone"] = (Argument(0, (0,), mask=CLONE_NEW, wide=True),)
    rules["fcntl"] = (Argument(1, FCNTL_PLAIN + FCNTL_LOCKS),)
    return rules


def program(
    machine: str, pid: int, *, fork_ok: bool = False, free_signals: bool = False
) -> list[Instruction]:
    """Return the whole filter for `machine` as (code, jump if true, jump if false, constant).

    Raises:
        KeyError: no table for `machine`.
    """
    arch = syscalls.MACHINES[machine][1]
    out: list[Instruction] = [(_LD, 0, 0, _ARCH), (_JEQ, 1, 0, arch), _ret(KILL_PROCESS), (_LD, 0, 0, _NR)]
    if machine == "x86_64":
        out += [(_JGE, 0, 1, _X32_BIT), _ret(KILL_PROCESS)]
    allowed = syscalls.numbers(syscalls.WORKER, machine)
    rules = worker_rules(pid)
    if fork_ok:
        allowed |= syscalls.numbers(syscalls.BUILD, machine)
        rules = build_rules(pid, free_signals=free_signals)
    for name, nr in allowed.items():
        out += _when(nr, [i for test in rules.get(name, ()) for i in test.program()] + [_ret(ALLOW)])
    for nr in syscalls.numbers(syscalls.NOT_THERE, machine).values():
        out += _when(nr, [_ret(ERRNO | errno.ENOSYS)])
    out += [(_JGE, 0, 1, syscalls.FIRST_UNKNOWN), _ret(ERRNO | errno.ENOSYS)]
    return [*out, _ret(ERRNO | errno.EPERM)]


def install(*, fork_ok: bool = False, free_signals: bool = False) -> str:
    """Put the filter on every thread of this process, for good; return what it holds.

    Needs no_new_privs (or root).

    Raises:
        OSError: the kernel has no seccomp filters or refuses this one.
    """
    machine = platform.machine()
    if machine not in syscalls.MACHINES:
        raise OSError(errno.ENOSYS, f"no system call table for {machine}")
    instructions = program(machine, os.getpid(), fork_ok=fork_ok, free_signals=free_signals)
    text = b"".join(struct.pack("=HBBI", *i) for i in instructions)
    buffer = ctypes.create_string_buffer(text, len(text))
    # struct sock_fprog: unsigned short, padding, pointer
    header = ctypes.create_string_buffer(struct.pack("@HP", len(instructions), ctypes.addressof(buffer)))
    set_mode_filter, all_threads = 1, 1
    nr = syscalls.MACHINES[machine][2]
    result = _LIBC.syscall(
        ctypes.c_long(nr), ctypes.c_long(set_mode_filter), ctypes.c_long(all_threads), header
    )
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    if result > 0:
        raise OSError(errno.EBUSY, f"thread {result} has a filter of its own")
    return "active"


def describe(*, fork_ok: bool = False) -> str:
    """Return one sentence about what the filter allows."""
    allowed = len(syscalls.WORKER) + (len(syscalls.BUILD) if fork_ok else 0)
    what = (
        "processes and files for the compiler"
        if fork_ok
        else "no process, program, socket or signal to others"
    )
    return f"allow list of {allowed} system calls: {what}"


def _ret(value: int) -> Instruction:
    return (_RET, 0, 0, value)


def _when(nr: int, body: list[Instruction]) -> list[Instruction]:
    """Run `body`, which must return, if the number in the accumulator is `nr`."""
    assert len(body) < 256, "a classic BPF jump spans 255 instructions"
    return [(_JEQ, 0, len(body), nr), *body]


def _one_of(offset: int, mask: int, values: tuple[int, ...]) -> list[Instruction]:
    """Fall through if the word at `offset` under `mask` is one of `values`, else return EPERM."""
    out: list[Instruction] = [(_LD, 0, 0, offset)]
    if mask != _FULL:
        out.append((_AND, 0, 0, mask))
    # a hit jumps over the comparisons that are left and over the refusal
    out += [(_JEQ, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [*out, _ret(ERRNO | errno.EPERM)]
