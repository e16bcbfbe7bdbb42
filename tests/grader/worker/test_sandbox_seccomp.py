"""The system call filter, run instruction by instruction in an interpreter, and against the kernel."""

from __future__ import annotations

import platform
import re
import signal
import struct
import sys
from pathlib import Path

import confined
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker import landlock, seccomp, syscalls

PID = 4321
MACHINES = sorted(syscalls.MACHINES)
EPERM, ENOSYS = seccomp.ERRNO | 1, seccomp.ERRNO | 38


def decide(machine: str, nr: int, *arguments: int, fork_ok: bool = False, arch: int | None = None) -> int:
    """Return what the filter answers, by interpreting it as the kernel does."""
    arch = syscalls.MACHINES[machine][1] if arch is None else arch
    padded = [a & (1 << 64) - 1 for a in (*arguments, *[0] * (6 - len(arguments)))]
    data = struct.pack("<IIQ6Q", nr, arch, 0, *padded)
    program = seccomp.program(machine, PID, fork_ok=fork_ok)
    accumulator, at = 0, 0
    while True:
        code, if_true, if_false, k = program[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, k)[0]
        elif code == 0x54:
            accumulator &= k
        elif code == 0x06:
            return k
        else:
            holds = {0x15: accumulator == k, 0x35: accumulator >= k}[code]
            at += if_true if holds else if_false


def answer(machine: str, name: str, *arguments: int, fork_ok: bool = False) -> int:
    return decide(machine, syscalls.number(name, machine), *arguments, fork_ok=fork_ok)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("fork_ok", [False, True])
def test_only_the_lists_are_allowed(machine: str, fork_ok: bool) -> None:
    """Of all numbers up to 1000, exactly the listed ones are allowed; newer ones answer "no such call"."""
    listed = set(syscalls.numbers(syscalls.WORKER, machine).values())
    if fork_ok:
        listed |= set(syscalls.numbers(syscalls.BUILD, machine).values())
    absent = set(syscalls.numbers(syscalls.NOT_THERE, machine).values())
    numbers = syscalls.numbers({**syscalls.WORKER, **syscalls.BUILD}, machine)
    rules = seccomp.build_rules(PID, free_signals=False) if fork_ok else seccomp.worker_rules(PID)
    ruled = {numbers[name] for name in rules if name in numbers}
    for nr in range(1000):
        if nr in ruled:
            continue
        newer = nr >= syscalls.FIRST_UNKNOWN or nr in absent
        expected = seccomp.ALLOW if nr in listed else ENOSYS if newer else EPERM
        assert decide(machine, nr, fork_ok=fork_ok) == expected, nr


@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("clone", (0x3D0F00,), True),  # a thread of glibc
        ("clone", (0x7D0F00,), True),  # a thread of musl
        ("clone", (17,), False),  # fork: SIGCHLD alone
        ("clone", (0x3D0F00 | 0x10000000,), False),  # with a user namespace
        ("clone", (0x3D0F00 | 1 << 33,), False),  # with a flag in the upper half
        ("clone", (0x3D0F00 ^ 0x10000,), False),  # all but CLONE_THREAD
        ("kill", (PID, 9), True),
        ("kill", (PID + 1, 9), False),
        ("kill", (-1, 9), False),
        ("kill", (0, 9), False),
        ("kill", (-PID, 9), False),
        ("tgkill", (PID, PID + 5, 6), True),
        ("tgkill", (PID + 1, PID, 6), False),
        ("prlimit64", (0, 7, 0, 1 << 40), True),
        ("prlimit64", (PID, 7, 0, 1 << 40), True),
        ("prlimit64", (PID + 1, 7, 0, 1 << 40), False),
        ("prlimit64", (0, 7, 1 << 40, 0), False),  # a pointer whose lower half is zero
        ("prlimit64", (0, 7, 64, 0), False),
        ("prctl", (15, 1 << 40), True),
        ("prctl", (4, 1), False),
        ("prctl", (1, 0), False),
        ("fcntl", (3, 1), True),
        ("fcntl", (3, 1030), True),
        ("fcntl", (3, 8), False),
        ("fcntl", (3, 10), False),
        ("fcntl", (3, 15), False),
        ("fcntl", (3, 6), False),
        ("ioctl", (1, 0x5401), True),
        ("ioctl", (1, 0x5412), False),  # TIOCSTI
        ("openat", (-100, 1 << 40, 0o2000000), True),
        ("openat", (-100, 1 << 40, 0o2), True),  # writing to what exists is Landlock's to refuse
        ("openat", (-100, 1 << 40, 0o100), False),
        ("openat", (-100, 1 << 40, 0o1001), False),
        ("openat", (-100, 1 << 40, 0o20200002), False),
        ("recvfrom", (3, 1 << 40, 10, 0x100, 0, 0), True),
        ("recvfrom", (3, 1 << 40, 10, 1, 0, 0), False),  # out of band
        ("sendto", (3, 1 << 40, 10, 0x4000, 0, 0), True),
        ("sendto", (3, 1 << 40, 10, 0, 1 << 40, 16), False),  # to an address
    ],
)
@pytest.mark.parametrize("machine", MACHINES)
def test_arguments_decide(machine: str, name: str, arguments: tuple[int, ...], allowed: bool) -> None:
    """A call with conditions is allowed for the arguments that a worker needs, and for no others."""
    assert answer(machine, name, *arguments) == (seccomp.ALLOW if allowed else EPERM)


@given(flags=st.integers(0, (1 << 64) - 1))
def test_clone_makes_threads_only(flags: int) -> None:
    """Clone is allowed only with CLONE_THREAD and without a flag that threads do not use."""
    expected = flags & 0x10000 and flags & ~0x7D0F00 == 0
    assert answer("x86_64", "clone", flags) == (seccomp.ALLOW if expected else EPERM)


@given(command=st.integers(0, (1 << 32) - 1))
def test_fcntl_has_six_commands(command: int) -> None:
    """Every fcntl command but the six plain ones is refused."""
    assert (answer("x86_64", "fcntl", 0, command) == seccomp.ALLOW) == (command in (0, 1, 2, 3, 4, 1030))


@pytest.mark.parametrize("machine", MACHINES)
def test_build_may_fork_but_makes_no_namespace(machine: str) -> None:
    """The build phase may clone a process, still without a namespace, a socket or another's limits."""
    assert answer(machine, "clone", 17, fork_ok=True) == seccomp.ALLOW
    assert answer(machine, "clone", 17 | 0x10000000, fork_ok=True) == EPERM
    assert answer(machine, "clone", 17 | 0x80, fork_ok=True) == EPERM  # CLONE_NEWTIME
    assert answer(machine, "prctl", 4, 1, fork_ok=True) == EPERM
    assert answer(machine, "kill", PID + 1, 9, fork_ok=True) == EPERM
    assert answer(machine, "prlimit64", 0, 3, 64, 0, fork_ok=True) == seccomp.ALLOW
    assert answer(machine, "prlimit64", PID + 1, 3, 64, 0, fork_ok=True) == EPERM
    assert answer(machine, "sched_setaffinity", PID + 1, fork_ok=True) == EPERM
    assert answer(machine, "clone3", fork_ok=True) == ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_signals_are_free_in_a_build_only_where_landlock_holds_them(machine: str) -> None:
    """With an older Landlock a build may signal only itself."""
    assert "kill" in seccomp.build_rules(PID, free_signals=False)
    assert not {"kill", "tgkill"} & set(seccomp.build_rules(PID, free_signals=True))
    program = seccomp.program(machine, PID, fork_ok=True, free_signals=True)
    assert len(program) < len(seccomp.program(machine, PID, fork_ok=True))


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_is_killed(machine: str) -> None:
    """A call of another architecture, or with x32's bit, ends the process whatever its number."""
    i386 = 0x40000003
    assert decide(machine, 3, arch=i386) == seccomp.KILL_PROCESS
    if machine == "x86_64":
        assert decide(machine, 0x40000000 | 39) == seccomp.KILL_PROCESS
        assert decide(machine, 0xFFFFFFFF) == seccomp.KILL_PROCESS


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("fork_ok", [False, True])
def test_the_program_is_one_that_the_kernel_takes(machine: str, fork_ok: bool) -> None:
    """At most 4096 instructions, jumps of at most 255 that stay inside, and a return at the end."""
    program = seccomp.program(machine, PID, fork_ok=fork_ok)
    assert len(program) <= 4096
    assert program[-1][0] == 0x06
    for at, (_, if_true, if_false, _) in enumerate(program):
        assert max(if_true, if_false) <= 255
        assert at + 1 + max(if_true, if_false) <= len(program)


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_numbers_are_the_kernels(machine: str, header: str) -> None:
    """Every number is the one in the header, and a call that the header has is not marked as missing."""
    if not Path(header).exists():
        pytest.skip(f"no {header}")
    text = Path(header).read_text()
    theirs = {m[1]: int(m[2]) for m in re.finditer(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s", text)}
    renamed = {"newfstatat": "fstatat"} if machine == "aarch64" else {}
    column = syscalls.MACHINES[machine][0]
    for table in (syscalls.WORKER, syscalls.BUILD, syscalls.NOT_THERE):
        ours = {name: pair[column] for name, pair in table.items()}
        assert ours == {name: theirs.get(renamed.get(name, name)) for name in table}


def test_a_machine_without_table_is_named() -> None:
    """Asking for an unknown machine raises with its name."""
    with pytest.raises(KeyError, match="riscv64"):
        syscalls.number("read", "riscv64")


linux = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64" or landlock.abi() == 0,
    reason="needs Linux on x86-64 with Landlock",
)


@linux
@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("32-bit", "b814000000cd80c3"),
        ("x32", "b8270000400f05c3"),
    ],  # mov eax, getpid; int 0x80 or syscall; ret
)
def test_machine_code_for_another_architecture_dies(tmp_path: Path, what: str, code: str) -> None:
    """A 32-bit or x32 system call by hand-written machine code ends the process with SIGSYS."""
    python = f"""
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("{code}"))
answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
"""
    assert confined.run(python, tmp_path, off=["landlock"]).returncode == -signal.SIGSYS
    assert confined.run(python, tmp_path, off=["landlock", "seccomp"]).returncode != -signal.SIGSYS


@linux
def test_the_filter_cannot_be_taken_off(tmp_path: Path) -> None:
    """A second policy that leaves everything out changes nothing: what was refused stays refused."""
    code = """
import os, sys
sandbox = sys.modules["loose.sandbox"]
again = sandbox.apply({**order["policy"], "off": list(sandbox.LAYERS)})
try:
    os.fork()
    answer = "forked"
except PermissionError:
    answer = "refused"
"""
    assert confined.answer(code, tmp_path) == "refused"
