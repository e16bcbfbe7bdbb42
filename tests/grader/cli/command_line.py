"""Runs `grader` as a user does, in a process of its own, with nothing inherited that could change what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "reference"
COMMAND = [sys.executable, "-c", "import sys; sys.argv[0] = 'grader'; from grader.cli import main; main()"]
QUICK = "1.3.2"  # the mask: three checks, no model
CHECKS = 3
PRIVATE = ("GRADER_HOME", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "LC_ALL", "LANG", "PYTHONUTF8")


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


def environment(**changes: str | None) -> dict[str, str]:
    """Return the environment of a user with `changes`; None takes a variable away."""
    found = {name: value for name, value in os.environ.items() if name not in PRIVATE}
    found.update({"COLUMNS": "120", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""})
    found.update({name: value for name, value in changes.items() if value is not None})
    return {name: value for name, value in found.items() if changes.get(name, "") is not None}


def start(*arguments: object, cwd: Path, **changes: Any) -> subprocess.Popen[str]:
    """Start `grader` in `cwd`."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def grader(*arguments: object, cwd: Path, **changes: Any) -> Done:
    """Run `grader` in `cwd` to its end."""
    process = start(*arguments, cwd=cwd, **changes)
    out, err = process.communicate(timeout=120)
    return Done(process.returncode, out, err)


def lines(journal: Path) -> int:
    """Return how many whole lines a journal has; 0 if there is none."""
    return journal.read_bytes().count(b"\n") if journal.exists() else 0
