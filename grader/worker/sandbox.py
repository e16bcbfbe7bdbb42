"""The sandbox of a submission's process: a policy made in the grader, applied inside before its first line.

Linux layers, each of which can be missing and says so: namespaces, uid (with capabilities), no_new_privs,
rlimits, Landlock (files), seccomp (system calls). Landlock alone leaks (processes, signals by `fcntl`,
`prlimit` on others, UDP), and so does seccomp alone (it cannot see a path): both are required. macOS:
`sandbox-exec` starts the process confined, and only the resource limits are set from inside; UNTESTED, see
`macos`.

Does not cover: CPU caches and other side channels, whether a file exists, how much memory is resident and how
many threads run (the grader watches those), faults of the kernel.

Needs the standard library and its siblings only, so that a worker can load it without the rest of the
project.
"""

from __future__ import annotations

import os
import platform
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import landlock, macos, privileges, readable, seccomp

LAYERS = (
    "namespaces",
    "uid",
    "no_new_privs",
    "rlimits",
    "landlock",
    "seccomp",
)  # in the order of application
_GIB = 1 << 30


def policy(
    *,
    root: Path,
    package_dir: Path | None = None,
    readable_paths: Sequence[Path] = (),
    memory_bytes: int = 4 * _GIB,
    cpu_s: int | None = 120,
    max_threads: int = 64,
    open_files: int = 128,
    fork_ok: bool = False,
    writable: Sequence[Path] = (),
    runnable: Sequence[Path] = (),
    file_bytes: int = 0,
    namespaces: bool = True,
    interpreter: bool = True,
    address_space: bool = True,
    off: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what `apply` is to do, as plain JSON values.

    Args:
        root: The snapshot of the submission: readable.
        package_dir: The package in it, checked to lie below `root`.
        readable_paths: Folders and files that may be read besides (checkpoints).
        memory_bytes: Memory that the submission may hold; the address space gets 2 GiB more, for libraries,
            stacks and the allocator's reserves.
        cpu_s: CPU seconds over the life of the process; None for no limit.
        max_threads, open_files: Bounds; the first holds where the process has a user of its own.
        fork_ok: Build phase: programs below `runnable` may be started, and files below `writable` be made.
        writable, runnable: Folders for a build (to be owned by `uid_for(root)`), and with the compiler.
        file_bytes: Largest file that may be written.
        namespaces: Leave the machine's network and IPC objects, where the grader is root.
        interpreter: Let the process read what Python, numpy and MLX need; a compiler does not.
        address_space: Bound it; AddressSanitizer reserves terabytes of it, so there the grader's watch has to do.
        off: Layers to leave out, for tests and for `--unsafe`.

    Raises:
        ValueError: an unknown layer, a package outside of the root, or a path that holds the grader.
    """
    shared = [root, *readable_paths]
    _check(root, package_dir, [*shared, *writable], off)
    if (writable or runnable) and not fork_ok:
        raise ValueError("writable and runnable folders need fork_ok=True, the build phase")
    rules = _rules((*shared,), writable, runnable, interpreter)
    uid = uid_for(root) if platform.system() == "Linux" and os.geteuid() == 0 else None
    return {
        "system": platform.system(),
        "uid": uid,
        "keep_read": uid is not None and not _by_everybody([*shared, *runnable], interpreter),
        "namespaces": namespaces and uid is not None,
        "limits": {
            "address_space_bytes": memory_bytes + 2 * _GIB if address_space else None,
            "processes": max_threads if uid is not None else None,  # per user: ours has other programs too
            **{"cpu_s": cpu_s, "file_bytes": file_bytes, "open_files": open_files, "stack_bytes": 64 << 20},
        },
        "rules": [list(rule) for rule in rules],
        "fork_ok": fork_ok,
        "off": list(off),
    }


def _rules(
    shared: Sequence[Path], writable: Sequence[Path], runnable: Sequence[Path], interpreter: bool
) -> list[tuple[str, str]]:
    needed = readable.interpreter() if interpreter else readable.DEVICES
    grants = (("read", shared), ("write", writable), ("run", runnable))
    return [*needed, *((kind, str(p.resolve())) for kind, paths in grants for p in paths)]


def uid_for(root: Path) -> int:
    """Return the user id for the submission in `root`: owns nothing, differs between runs side by side."""
    span = privileges.UNUSED_UIDS
    return span[zlib.crc32(os.fsencode(root.resolve())) % len(span)]


def apply(policy: dict[str, Any]) -> dict[str, str]:
    """Confine this process by `policy`, for good; return layer -> state.

    A state begins with "active", "off" or "unavailable: ". A layer that fails does not stop the others: who
    reads the states decides (`missing`). Call it with one thread only, and before any code of the submission.
    """
    if policy["system"] != "Linux":
        return macos.apply(policy)
    privileges.offer_to_oom_killer()
    states: dict[str, str] = {}
    steps: dict[str, Callable[[], str]] = {
        "namespaces": lambda: privileges.separate_namespaces() if policy["namespaces"] else "off",
        "uid": lambda: privileges.drop(
            policy["uid"], keep_read=policy["keep_read"], for_programs=policy["fork_ok"]
        ),
        "no_new_privs": privileges.give_up_new_privileges,
        "rlimits": lambda: privileges.limit(policy["limits"]),
        "landlock": lambda: landlock.restrict((kind, path) for kind, path in policy["rules"]),
        "seccomp": lambda: seccomp.install(
            fork_ok=policy["fork_ok"],
            free_signals=states["landlock"].startswith("active")
            and landlock.abi() >= landlock.SCOPES_SIGNALS,
        ),
    }
    for name in LAYERS:
        try:
            states[name] = "off" if name in policy["off"] else steps[name]()
        except (OSError, ValueError) as error:
            states[name] = f"unavailable: {getattr(error, 'strerror', None) or error}"
    return states


def layers(policy: dict[str, Any]) -> dict[str, str]:
    """Return layer -> what it holds, with the numbers, for reports."""
    limits = policy["limits"]
    linux = policy["system"] == "Linux"
    # macOS takes the limit and does not hold it
    space = limits["address_space_bytes"]
    numbers = [f"address space {space / _GIB:g} GiB"] if linux and space is not None else []
    numbers += [f"CPU {limits['cpu_s']} s"] if limits["cpu_s"] is not None else []
    numbers += [f"{limits['processes']} threads"] if limits["processes"] is not None else []
    numbers += [
        f"{limits['open_files']} descriptors",
        f"files of {limits['file_bytes']} bytes",
        "no core file",
    ]
    if policy["system"] != "Linux":
        return {
            "rlimits": ", ".join(numbers),
            "sandbox-exec": "files outside the allow list, processes, network",
        }
    return {
        "namespaces": "network and IPC objects of the machine",
        "uid": "files and processes of other users; capabilities",
        "no_new_privs": "set-user-id programs; tracing by others",
        "rlimits": ", ".join(numbers),
        "landlock": landlock.describe(),
        "seccomp": seccomp.describe(fork_ok=policy["fork_ok"]),
    }


def required_layers(system: str) -> frozenset[str]:
    """Return the layers without which a submission is not graded; an unknown system has none of them."""
    if system == "Darwin":
        return frozenset({"sandbox-exec"})
    return frozenset({"rlimits", "no_new_privs", "landlock", "seccomp"})


def missing(states: dict[str, str], system: str | None = None) -> tuple[str, ...]:
    """Return the required layers that are not active, each with its state: "landlock (unavailable: ...)"."""
    required = sorted(required_layers(system or platform.system()))
    return tuple(
        f"{name} ({states.get(name, 'off')})"
        for name in required
        if not states.get(name, "off").startswith("active")
    )


def _check(root: Path, package_dir: Path | None, opened: Sequence[Path], off: Sequence[str]) -> None:
    unknown = sorted(set(off) - set(LAYERS))
    if unknown:
        raise ValueError(f"layers to leave out are {unknown}, known are {list(LAYERS)}")
    if package_dir is not None and not _lies_in(package_dir, root):
        raise ValueError(f"package_dir {package_dir} does not lie below root {root}")
    for path in opened:
        if _lies_in(Path(__file__), path):
            raise ValueError(f"{path} holds the grader itself and cannot be opened to a submission")


def _by_everybody(shared: Sequence[Path], interpreter: bool) -> bool:
    entries = [entry for path in shared if path.is_dir() for entry in path.iterdir()]
    needed = not interpreter or readable.interpreter_by_everybody()
    return needed and all(map(readable.by_everybody, [*shared, *entries]))


def _lies_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
