"""What the store keeps about a run besides its checks: the header it begins with, the row in the history.

Knows nothing about files or SQL.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from grader.result import SandboxLayer

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

RUNNING = "running"
FINISHED = "finished"
CUT_OFF = "cut off"


@dataclass(frozen=True)
class PlannedTask:
    """One task that a run is going to grade: enough to show it if the run is cut off before."""

    id: str  # "1.3.1"
    title: str
    day: int
    max_points: float
    max_extra_points: float
    checks: tuple[str, ...]  # the names, in the order in which they run
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunHeader:
    """Everything about a run that is known before its first check; the fields carry over into `Result`."""

    run_id: str  # also the journal's file name: letters, digits, dot, dash, underscore
    week: int
    title: str
    submission: str  # the path as the user gave it
    student: str
    started_at: str  # ISO 8601, UTC
    seed: int
    hashes: dict[str, str]  # submission, course, environment
    planned: tuple[PlannedTask, ...]
    days: dict[int, str]  # day number -> title, in order
    selected: tuple[str, ...] = ()  # the tasks asked for, empty for the whole week
    environment: dict[str, str] = field(default_factory=dict)
    sandbox: tuple[SandboxLayer, ...] = ()
    canary: str = ""
    unsafe: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _RUN_ID.fullmatch(self.run_id):
            raise ValueError(f"run_id ({self.run_id!r}) must match {_RUN_ID.pattern}: it names a file")

    @property
    def checks_planned(self) -> int:
        """How many checks the run consists of."""
        return sum(len(task.checks) for task in self.planned)

    def to_json(self) -> dict[str, Any]:
        """Return the header as plain dicts, lists, strings and numbers."""
        return {**asdict(self), "days": {str(day): title for day, title in self.days.items()}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RunHeader:
        """Rebuild a header from `to_json`, also after a trip through JSON text.

        Raises:
            KeyError, TypeError: a field is missing or unknown.
        """
        return cls(
            **{
                **data,
                "planned": tuple(_planned_from_json(task) for task in data["planned"]),
                "days": {int(day): title for day, title in data["days"].items()},
                "selected": tuple(data["selected"]),
                "sandbox": tuple(SandboxLayer(**layer) for layer in data["sandbox"]),
                "notes": tuple(data["notes"]),
            }
        )


def _planned_from_json(data: dict[str, Any]) -> PlannedTask:
    return PlannedTask(**{**data, "checks": tuple(data["checks"]), "needs": tuple(data["needs"])})


@dataclass(frozen=True)
class RunRow:
    """One line of the history."""

    run_id: str
    week: int
    title: str
    student: str
    submission: str
    started_at: str  # ISO 8601, UTC
    finished_at: str  # ISO 8601, UTC; empty unless finished
    state: str  # RUNNING, FINISHED or CUT_OFF
    checks_done: int
    checks_planned: int
    points: float  # so far, if it is not finished
    max_points: float
    extra_points: float
    max_extra_points: float
    selected: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """The state in words: "finished", or "cut off (17 of 60 checks)"."""
        if self.state == FINISHED:
            return self.state
        return f"{self.state} ({self.checks_done} of {self.checks_planned} checks)"
