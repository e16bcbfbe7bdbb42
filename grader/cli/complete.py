"""What the shell offers when TAB is pressed: weeks, tasks, runs. Reads file names and a few lines of text only.

Imports neither the course nor the store, so that the shell does not stutter; a test compares both.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import typer

_COURSE = Path(__file__).resolve().parent.parent / "course"
_TASK = re.compile(r'\bTask\(\s*(?:id=)?"([0-9.]+)"\s*,\s*(?:title=)?"([^"]*)"')


def weeks(incomplete: str = "") -> list[str]:
    """Return the weeks whose name begins with `incomplete`."""
    names = sorted(f.name for f in _COURSE.glob("week[0-9]*") if f.is_dir())
    return [name for name in names if name.startswith(incomplete)]


def tasks(incomplete: str = "") -> list[tuple[str, str]]:
    """Return the tasks whose id begins with `incomplete`, with their titles."""
    return [(name, title) for name, title in _tasks() if name.startswith(incomplete)]


def weeks_and_tasks(incomplete: str = "") -> list[tuple[str, str]]:
    """Return both, for `grader check`."""
    return [*((name, "the whole week") for name in weeks(incomplete)), *tasks(incomplete)]


def runs(ctx: typer.Context, incomplete: str = "") -> list[str]:
    """Return the ids of recorded runs that begin with `incomplete`, newest first."""
    home = Path(ctx.params.get("home") or os.environ.get("GRADER_HOME") or ".grader")
    names = sorted((f.stem for f in home.glob("runs/*.jsonl")), reverse=True)
    return [name for name in names if name.startswith(incomplete)]


def _tasks() -> Iterator[tuple[str, str]]:
    for file in sorted(_COURSE.glob("week[0-9]*/*.py")):
        yield from _TASK.findall(file.read_text(encoding="utf-8"))
