"""The file rules of a confined process: what it may read, write and run, by Landlock (Linux 5.13 and newer).

Covers: opening, listing, running, creating, renaming, truncating files; with newer kernels TCP, device
controls, signals and abstract sockets across the border. Does not cover: `stat` and `chdir` (whether a file
exists, its size and times stay visible), descriptors that are open already, UDP and other sockets, other
system calls (seccomp's part).

Knows nothing about which paths a worker needs.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

_LIBC = ctypes.CDLL(None, use_errno=True)

# The numbers of these three are the same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_ABI_1 = (1 << 13) - 1  # up to MAKE_SYM
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_CREATE_AND_REMOVE = _ABI_1 & ~(
    EXECUTE | WRITE_FILE | READ_FILE | READ_DIR | 1 << 6 | 1 << 11
)  # but no device nodes
_FOR_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # the kernel refuses others on a file

RIGHTS = {
    "list": READ_DIR,
    "read": READ_FILE | READ_DIR,
    "write": READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | REFER | _CREATE_AND_REMOVE,
    "use": READ_FILE | WRITE_FILE,  # a device such as /dev/null
    "run": READ_FILE | READ_DIR | EXECUTE,
}

SCOPES_SIGNALS = 6  # the version since which a signal cannot leave the sandbox

Rule = tuple[str, str]  # (kind: a key of RIGHTS, path)


def abi() -> int:
    """Return the kernel's Landlock version, 0 if there is none."""
    try:
        return _syscall(_CREATE_RULESET, None, 0, 1)
    except OSError:
        return 0


def restrict(rules: Iterable[Rule]) -> str:
    """Deny every file access but what `rules` grant, for good; return the state with the version.

    A path that does not exist, or whose kind of file cannot be opened, grants nothing.

    Raises:
        OSError: no Landlock in this kernel, or other threads run already (they would keep their freedom).
    """
    version = abi()
    if version < 1:
        raise OSError(errno.ENOSYS, "the kernel has no Landlock (5.13 or newer, and enabled at boot)")
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise OSError(errno.EBUSY, f"{threads} threads run already, Landlock would hold only one of them")
    handled = _ABI_1
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        handled |= right if version >= since else 0
    tcp = 0b11 if version >= 4 else 0  # bind and connect, with no rule that allows any
    scoped = 0b11 if version >= SCOPES_SIGNALS else 0  # abstract sockets and signals
    size = 8 if version < 4 else 16 if version < 6 else 24  # an older kernel refuses a longer structure
    ruleset = _syscall(_CREATE_RULESET, struct.pack("=QQQ", handled, tcp, scoped)[:size], size, 0)
    try:
        for kind, path in rules:
            _grant(ruleset, path, RIGHTS[kind] & handled)
        quiet = (
            1 if version >= 7 else 0
        )  # refusals would fill the audit log: thousands in a hostile submission
        _syscall(_RESTRICT_SELF, ruleset, quiet)
    finally:
        os.close(ruleset)
    return f"active (version {version})"


def describe() -> str:
    """Return one sentence about what this kernel's Landlock holds."""
    parts = ["files outside the allow list"]
    for since, what in (
        (4, "TCP"),
        (5, "device controls"),
        (SCOPES_SIGNALS, "signals and abstract sockets to others"),
    ):
        parts += [what] if abi() >= since else []
    return ", ".join(parts)


def _grant(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _FOR_FILES
        if rights:
            beneath = 1
            _syscall(_ADD_RULE, ruleset, beneath, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _syscall(number: int, *arguments: int | bytes | None) -> int:
    """Call the kernel; bytes and None are pointers.

    Raises:
        OSError: the kernel's answer.
    """
    converted = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
    result = int(_LIBC.syscall(ctypes.c_long(number), *converted))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
