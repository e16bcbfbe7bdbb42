"""The sandbox on macOS: a `sandbox-exec` profile around the process, and resource limits from inside.

UNTESTED: written from the documentation, never run on a Mac. Covers, by intent: reading outside of the allow
list, writing, processes, network, signals to others. Does not cover: memory and threads (the grader watches
them; macOS does not enforce RLIMIT_AS), and the Mach service and the IOKit clients that the profile has to
leave open for Metal: a submission's process talks to the GPU's driver.

Knows nothing about the course.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import privileges

PROFILE = Path(__file__).with_name("worker.sb")
SANDBOX_EXEC = "/usr/bin/sandbox-exec"
# what a rule of a policy opens; all others open reading
_OPENED = {
    "write": "file-read* file-write*",
    "run": "file-read* process-exec",
    "use": "file-read* file-write-data",
}


def command(policy: Mapping[str, Any], argv: Sequence[str]) -> list[str]:
    """Return `argv` wrapped so that the program starts confined.

    Args:
        policy: From `sandbox.policy`.
        argv: The interpreter's absolute path and its arguments.
    """
    python = os.path.realpath(argv[0])
    return [SANDBOX_EXEC, "-D", f"PYTHON={python}", "-p", profile(policy), python, *argv[1:]]


def profile(policy: Mapping[str, Any]) -> str:
    """Return the profile's text with lines for each path that `policy` opens, and what a build needs besides.

    Raises:
        ValueError: a path holds a character that would end its string.
    """
    lines = [PROFILE.read_text(encoding="utf-8").rstrip("\n")]
    if policy.get("fork_ok"):
        lines.append("(allow process-fork)")
    for kind, path in policy["rules"]:
        lines.append(f"(allow {_OPENED.get(kind, 'file-read*')} ({_matcher(kind)} {_quoted(path)}))")
    return "\n".join(lines) + "\n"


def apply(policy: Mapping[str, Any]) -> dict[str, str]:
    """Set the resource limits, and look whether `sandbox-exec` is around the process; layer -> state."""
    try:
        rlimits = privileges.limit({**policy["limits"], "address_space_bytes": None})
    except (OSError, ValueError) as error:
        rlimits = f"unavailable: {error}"
    return {"rlimits": rlimits, "sandbox-exec": _confined()}


def will_confine(argv: Sequence[str]) -> str:
    """Return the state of the layer for a program that is about to be started by this command line."""
    starts = argv[0] == SANDBOX_EXEC and os.access(SANDBOX_EXEC, os.X_OK)
    return "active" if starts else f"unavailable: the program is not started by {SANDBOX_EXEC}"


def _confined() -> str:
    try:
        check = ctypes.CDLL(None).sandbox_check
    except AttributeError:
        return "unavailable: this system has no sandbox_check"
    inside = check(ctypes.c_int(os.getpid()), None, ctypes.c_int(0)) == 1
    return "active" if inside else "unavailable: the process was not started by sandbox-exec"


def _matcher(kind: str) -> str:
    return "literal" if kind == "list" else "subpath"


def _quoted(path: str) -> str:
    if any(character in path for character in '"\\\n'):
        raise ValueError(f"path {path!r} cannot stand in a sandbox profile")
    return f'"{path}"'
