"""What a process may do by being who it is: user id, capabilities, namespaces, resource limits (Linux).

Covers: a grader that runs as root gives the worker a user id that owns nothing; no set-user-id program can
raise it again; no core file, bounded address space, CPU time, files and threads. Does not cover: resident
memory and threads where the user id is shared with others (the grader watches those from outside).

Knows nothing about paths, system calls or the course.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import struct
from collections.abc import Mapping

CAP_DAC_READ_SEARCH = 2
_LIBC = ctypes.CDLL(None, use_errno=True)
_SET_PDEATHSIG, _GET_PDEATHSIG, _SET_DUMPABLE, _SET_KEEPCAPS = 1, 2, 4, 8
_CAPBSET_READ, _CAPBSET_DROP, _SET_NO_NEW_PRIVS, _GET_NO_NEW_PRIVS = 23, 24, 38, 39
_CAP_AMBIENT, _CAP_AMBIENT_RAISE, _CAP_AMBIENT_CLEAR_ALL = 47, 2, 4
_CAPABILITY_VERSION_3 = 0x20080522
_NEWIPC, _NEWNET = 0x08000000, 0x40000000
_OOM_FIRST = 1000

# systemd's table of user ids leaves these to nobody, and no distribution gives them to a person or a service
UNUSED_UIDS = range(60578, 61184)


def offer_to_oom_killer() -> None:
    """Make this process the first to go when memory runs out; without effect where that is denied."""
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write(str(_OOM_FIRST))
    except OSError:
        pass


def separate_namespaces() -> str:
    """Leave the network and the System V IPC objects of the machine; return the state.

    Has to happen before the user id is dropped: without privileges it would take a user namespace, which
    brings back all capabilities inside and would lose the right to read a root-only interpreter.

    Raises:
        OSError: not permitted, as for everybody but root.
    """
    if _LIBC.unshare(ctypes.c_int(_NEWNET | _NEWIPC)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "active (network, ipc)"


def drop(uid: int | None, *, keep_read: bool, for_programs: bool = False) -> str:
    """Become `uid` with no group and no capability, for good; return the state.

    Args:
        uid: The new user and group id; None keeps the user and gives up its capabilities only.
        keep_read: Keep exactly CAP_DAC_READ_SEARCH, for an interpreter below a folder that only root can
            read. It opens no file that Landlock does not allow, and the filter denies open_by_handle_at.
        for_programs: Hand that capability on to the programs that this one executes (a compiler's parts).

    Raises:
        OSError: the kernel refuses one of the steps, or the way back is still open.
    """
    if uid is None:
        _set_capabilities(0)
        return "off (the grader does not run as root: there is no other user to become)"
    death_signal, parent = _death_signal(), os.getppid()
    _prctl(_SET_KEEPCAPS, 1)
    for capability in range(64):
        handed_on = for_programs and keep_read and capability == CAP_DAC_READ_SEARCH
        if not handed_on and _prctl(_CAPBSET_READ, capability, check=False) == 1:
            _prctl(_CAPBSET_DROP, capability)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _prctl(_CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL, check=False)  # unknown before Linux 4.3
    kept_set = 1 << CAP_DAC_READ_SEARCH if keep_read else 0
    _set_capabilities(kept_set, inherited=kept_set if for_programs else 0)
    if kept_set and for_programs:
        _prctl(_CAP_AMBIENT, _CAP_AMBIENT_RAISE, third=CAP_DAC_READ_SEARCH)
    if os.getresuid() != (uid, uid, uid) or os.getresgid() != (uid, uid, uid) or os.getgroups():
        raise OSError(errno.EPERM, f"still user {os.getresuid()}, group {os.getresgid()}")
    _restore_death_signal(death_signal, parent)
    kept = ", keeps CAP_DAC_READ_SEARCH: the interpreter is readable by root only" if keep_read else ""
    return f"active (uid {uid}{kept})"


def give_up_new_privileges() -> str:
    """Disarm set-user-id programs, hide this process from others of its user; return the state.

    Raises:
        OSError: the kernel refuses.
    """
    _prctl(_SET_NO_NEW_PRIVS, 1)
    _prctl(_SET_DUMPABLE, 0)  # nobody without privileges may trace it or read its memory
    if _prctl(_GET_NO_NEW_PRIVS) != 1:
        raise OSError(errno.EPERM, "PR_SET_NO_NEW_PRIVS had no effect")
    return "active"


def limit(limits: Mapping[str, int | None]) -> str:
    """Set the resource limits, soft and hard; return the state.

    Args:
        limits: `address_space_bytes, cpu_s, file_bytes, open_files, stack_bytes, processes`; None leaves one
            alone.

    Raises:
        OSError, ValueError: the kernel refuses one of them.
    """
    wanted: list[tuple[int, int | None]] = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_STACK, limits["stack_bytes"]),
        (resource.RLIMIT_AS, limits["address_space_bytes"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
    ]
    if hasattr(resource, "RLIMIT_MSGQUEUE"):  # Linux only
        wanted.append((resource.RLIMIT_MSGQUEUE, 0))
    for which, value in wanted:
        if value is not None:
            _lower(which, value, value)
    cpu_s = limits["cpu_s"]
    if cpu_s is not None:
        # the soft limit sends SIGXCPU, which tells a time-out from a crash; the hard one ends those who
        # ignore it
        _lower(resource.RLIMIT_CPU, cpu_s, cpu_s + 1)
    return "active"


def _lower(which: int, soft: int, hard: int) -> None:
    """Set a limit, or keep the hard limit that is lower already."""
    ceiling = resource.getrlimit(which)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(which, (soft, hard))


def _set_capabilities(mask: int, inherited: int = 0) -> None:
    """Make `mask` the permitted and effective set, and `inherited` the inheritable one."""
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    data = struct.pack("=6I", low, low, inherited & 0xFFFFFFFF, high, high, inherited >> 32)
    if _LIBC.capset(ctypes.c_char_p(header), ctypes.c_char_p(data)):
        raise OSError(ctypes.get_errno(), f"capset: {os.strerror(ctypes.get_errno())}")


def _death_signal() -> int:
    number = ctypes.c_int(0)
    _LIBC.prctl(ctypes.c_int(_GET_PDEATHSIG), ctypes.byref(number))
    return number.value


def _restore_death_signal(number: int, parent: int) -> None:
    """Set the signal for the parent's death again, which the kernel forgets when the user id changes."""
    if not number:
        return
    _prctl(_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it died in between: the signal will not come any more
        os.kill(os.getpid(), signal.SIGKILL)


def _prctl(option: int, argument: int = 0, *, third: int = 0, check: bool = True) -> int:
    zero = ctypes.c_ulong(0)
    words = ctypes.c_ulong(argument), ctypes.c_ulong(third), zero, zero
    result = int(_LIBC.prctl(ctypes.c_int(option), *words))
    if check and result < 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}, {argument}): {os.strerror(ctypes.get_errno())}")
    return result
