"""The result of one run: immutable, complete, and the only thing that reports, exports and the store see.

Knows nothing about how checks are executed. `Result.to_json` and `Result.from_json` are inverse to each other and
match `grader/export/result.schema.json`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from grader.metal_result import (
    Count,
    Trace,
    count_from_json,
    count_to_json,
    trace_from_json,
    trace_to_json,
)
from grader.speed_result import SpeedResult, speed_from_json, speed_to_json

SCHEMA = "grader-result/1"


class Verdict(str, enum.Enum):
    """What was found out about a check or a task; the five kinds are kept apart everywhere."""

    PASS = "PASS"
    FAIL = "FAIL"  # the submission's fault
    SKIPPED = "SKIPPED"  # a needed task failed, or the machine lacks what it takes
    INCONCLUSIVE = "INCONCLUSIVE"  # could not be measured: never costs points
    ERROR = "ERROR"  # the grader's fault: never costs points


class Tier(str, enum.Enum):
    """What a check counts for."""

    CORE = "core"  # points of the week
    EDGE = "edge"  # extra points
    STYLE = "style"  # no points


@dataclass(frozen=True)
class ErrorMap:
    """Where the wrong elements of a result lie, folded to rows and columns."""

    rows: str  # what a row is: "head"
    columns: str
    shares: tuple[tuple[float, ...], ...]  # per cell the share of its elements that are wrong, 0 to 1
    worst: tuple[int, int]  # the cell of the element that is farthest outside


@dataclass(frozen=True)
class Message:
    """The five lines that a student reads, in this order, and what goes with them.

    Every text that came out of a submission has been cleaned (control characters, length) before it gets here,
    and is still hostile to HTML: escape it when rendering.
    """

    kind: str  # wrong-values, wrong-shape, wrong-dtype, nan, none, not-implemented, missing, error, timeout, crash, ...
    called: str  # what was called, with shapes, dtype and seed
    expected: str
    got: str
    region: str = ""  # where the wrong elements lie, if that is regular: "heads 1, 3 only"
    hint: str = ""  # only if proved: a named wrong oracle reproduces the student's numbers
    rerun: str = ""  # the command that shows it again
    # the student's own frames, outermost first: "basics.py:12 in softmax: return x / y"
    traceback: tuple[str, ...] = ()
    printed: str = ""  # what the submission printed during the failing call, capped
    map: ErrorMap | None = None  # where the wrong elements lie, for public cases
    trace: Trace | None = None  # what threads of a Metal kernel did, for public cases

    def lines(self) -> list[tuple[str, str]]:
        """Return the lines that have something to say, as (label, text)."""
        pairs = [
            ("what", self.called),
            ("expected", self.expected),
            ("got", self.got),
            ("region", self.region),
            ("hint", self.hint),
            ("rerun", self.rerun),
        ]
        return [(label, text) for label, text in pairs if text]

    def text(self) -> str:
        """Return the lines as plain text with an aligned label column."""
        return "\n".join(f"{label:<9} {text}" for label, text in self.lines())


@dataclass(frozen=True)
class CheckResult:
    """The verdict of one check over all its cases."""

    name: str  # unique within its task, the key that mutants name: "softmax-values"
    sentence: str  # what the student reads: "softmax over any axis equals PyTorch"
    tier: Tier
    verdict: Verdict
    points: float = 0.0  # awarded: core points for CORE, extra points for EDGE
    max_points: float = 0.0
    cases_passed: int = 0
    cases_total: int = 0
    message: Message | None = None  # why not PASS; for PASS at most a style remark
    seconds: float = 0.0  # wall time of the check
    cpu_s: float = 0.0  # CPU time of the submission's worker in this check
    speed: SpeedResult | None = None  # what a gate measured
    counts: tuple[Count, ...] = ()  # what Metal kernels moved


@dataclass(frozen=True)
class TaskResult:
    """The verdict of one task: PASS if all its core checks pass."""

    id: str  # "1.3.1"
    title: str
    day: int
    verdict: Verdict
    points: float
    max_points: float
    extra_points: float
    max_extra_points: float
    checks: tuple[CheckResult, ...]
    needs: tuple[str, ...] = ()
    reason: str = ""  # for SKIPPED, INCONCLUSIVE and ERROR: one sentence


@dataclass(frozen=True)
class SandboxLayer:
    """One layer of the sandbox as it really was during the run."""

    name: str  # rlimits, no_new_privs, landlock, seccomp, uid, namespaces, sandbox-exec
    holds: str  # what it holds, with the numbers: "CPU 60 s, address space 6 GiB"
    state: str  # "active", "off", "not on this system", "unavailable: <why>"


@dataclass(frozen=True)
class Progress:
    """One earlier run of the same student and week, for the progress chart."""

    run_id: str
    finished_at: str  # ISO 8601, UTC
    points: float
    extra_points: float
    passed_tasks: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """One run of one week (or of some of its tasks) on one submission."""

    run_id: str
    week: int
    title: str  # "Week 1: from matmul to text"
    submission: str  # the path as the user gave it
    student: str
    started_at: str  # ISO 8601, UTC
    seconds: float
    worker_cpu_s: float
    tasks: tuple[TaskResult, ...]
    days: dict[int, str]  # day number -> title, in order
    sandbox: tuple[SandboxLayer, ...]
    canary: str  # "31 of 31 forbidden attempts were refused"
    unsafe: bool  # graded with a required sandbox layer missing
    environment: dict[str, str]
    hashes: dict[str, str]  # submission, course, environment
    # what was found out about the submission as a whole: import problems, left-out files
    notes: tuple[str, ...] = ()
    complete: bool = True  # False: cut off; the tasks hold what was finished
    selected: tuple[str, ...] = ()  # the tasks asked for, empty for the whole week
    progress: tuple[Progress, ...] = field(default=())

    @property
    def points(self) -> float:
        """Core points awarded."""
        return round(sum(t.points for t in self.tasks), 4)

    @property
    def max_points(self) -> float:
        """Core points of the tasks in this run; 100 for a whole week."""
        return round(sum(t.max_points for t in self.tasks), 4)

    @property
    def extra_points(self) -> float:
        """Extra points awarded by edge checks."""
        return round(sum(t.extra_points for t in self.tasks), 4)

    @property
    def max_extra_points(self) -> float:
        """Extra points that the edge checks of these tasks offer."""
        return round(sum(t.max_extra_points for t in self.tasks), 4)

    @property
    def by_day(self) -> tuple[TaskResult, ...]:
        """The tasks as they are shown: by day; `tasks` has the order in which they were graded."""
        return tuple(sorted(self.tasks, key=lambda t: t.day))

    @property
    def exit_code(self) -> int:
        """1 if a task failed or the run was cut off, 4 if the grader could not judge one, otherwise 0.

        A task that is SKIPPED because another one failed comes with that failure; one that nothing here can grade,
        or a gate that could not be measured, is no failure.
        """
        verdicts = {t.verdict for t in self.tasks}
        if Verdict.ERROR in verdicts:
            return 4
        return 0 if Verdict.FAIL not in verdicts and self.complete else 1

    def to_json(self) -> dict[str, Any]:
        """Return the documented form: plain dicts, lists, strings and numbers."""
        return {
            "schema": SCHEMA,
            "run_id": self.run_id,
            "week": self.week,
            "title": self.title,
            "submission": self.submission,
            "student": self.student,
            "started_at": self.started_at,
            "seconds": round(self.seconds, 3),
            "worker_cpu_s": round(self.worker_cpu_s, 3),
            "complete": self.complete,
            "unsafe": self.unsafe,
            "points": self.points,
            "max_points": self.max_points,
            "extra_points": self.extra_points,
            "max_extra_points": self.max_extra_points,
            "selected": list(self.selected),
            "days": {str(day): title for day, title in self.days.items()},
            "tasks": [_task_to_json(t) for t in self.tasks],
            "sandbox": {layer.name: layer.state for layer in self.sandbox},
            "sandbox_holds": {layer.name: layer.holds for layer in self.sandbox},
            "canary": self.canary,
            "environment": dict(self.environment),
            "hashes": dict(self.hashes),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], progress: tuple[Progress, ...] = ()) -> Result:
        """Rebuild a result from `to_json`.

        Raises:
            ValueError: another schema than `SCHEMA`.
            KeyError: a field is missing.
        """
        if data.get("schema") != SCHEMA:
            raise ValueError(f"result schema is {data.get('schema')!r}, this version reads {SCHEMA!r}")
        holds = data["sandbox_holds"]
        return cls(
            run_id=data["run_id"],
            week=data["week"],
            title=data["title"],
            submission=data["submission"],
            student=data["student"],
            started_at=data["started_at"],
            seconds=data["seconds"],
            worker_cpu_s=data["worker_cpu_s"],
            tasks=tuple(_task_from_json(t) for t in data["tasks"]),
            days={int(day): title for day, title in data["days"].items()},
            sandbox=tuple(SandboxLayer(name, holds[name], state) for name, state in data["sandbox"].items()),
            canary=data["canary"],
            unsafe=data["unsafe"],
            environment=dict(data["environment"]),
            hashes=dict(data["hashes"]),
            notes=tuple(data["notes"]),
            complete=data["complete"],
            selected=tuple(data["selected"]),
            progress=progress,
        )


def check_to_json(check: CheckResult) -> dict[str, Any]:
    """Return one check in the documented form; also the payload of a journal line."""
    message = check.message
    return {
        "name": check.name,
        "sentence": check.sentence,
        "tier": check.tier.value,
        "status": check.verdict.value,
        "points": check.points,
        "max_points": check.max_points,
        "cases_passed": check.cases_passed,
        "cases_total": check.cases_total,
        "message": message.text() if message else "",
        "hint": message.hint if message else "",
        "detail": None
        if message is None
        else {
            "kind": message.kind,
            "called": message.called,
            "expected": message.expected,
            "got": message.got,
            "region": message.region,
            "hint": message.hint,
            "rerun": message.rerun,
            "traceback": list(message.traceback),
            "printed": message.printed,
            "map": None if message.map is None else _map_to_json(message.map),
            "trace": trace_to_json(message.trace),
        },
        "seconds": round(check.seconds, 4),
        "cpu_s": round(check.cpu_s, 4),
        "speed": None if check.speed is None else speed_to_json(check.speed),
        "counts": [count_to_json(count) for count in check.counts],
    }


def check_from_json(data: dict[str, Any]) -> CheckResult:
    """Rebuild a check from `check_to_json`."""
    detail = data["detail"]
    message = None
    if detail is not None:
        folded, trace = _map_from_json(detail.get("map")), trace_from_json(detail.get("trace"))
        frames = tuple(detail["traceback"])
        message = Message(**{**detail, "traceback": frames, "map": folded, "trace": trace})
    return CheckResult(
        name=data["name"],
        sentence=data["sentence"],
        tier=Tier(data["tier"]),
        verdict=Verdict(data["status"]),
        points=data["points"],
        max_points=data["max_points"],
        cases_passed=data["cases_passed"],
        cases_total=data["cases_total"],
        message=message,
        seconds=data["seconds"],
        cpu_s=data["cpu_s"],
        speed=speed_from_json(data.get("speed")),
        counts=tuple(count_from_json(count) for count in data.get("counts", ())),
    )


def _map_to_json(folded: ErrorMap) -> dict[str, Any]:
    return {
        "rows": folded.rows,
        "columns": folded.columns,
        "shares": [list(row) for row in folded.shares],
        "worst": list(folded.worst),
    }


def _map_from_json(data: dict[str, Any] | None) -> ErrorMap | None:
    if data is None:
        return None
    row, column = data["worst"]
    return ErrorMap(data["rows"], data["columns"], tuple(tuple(r) for r in data["shares"]), (row, column))


def _task_to_json(task: TaskResult) -> dict[str, Any]:
    return {
        "id": task.id,
        "title": task.title,
        "day": task.day,
        "status": task.verdict.value,
        "points": task.points,
        "max_points": task.max_points,
        "extra_points": task.extra_points,
        "max_extra_points": task.max_extra_points,
        "needs": list(task.needs),
        "reason": task.reason,
        "checks": [check_to_json(c) for c in task.checks],
    }


def _task_from_json(data: dict[str, Any]) -> TaskResult:
    return TaskResult(
        id=data["id"],
        title=data["title"],
        day=data["day"],
        verdict=Verdict(data["status"]),
        points=data["points"],
        max_points=data["max_points"],
        extra_points=data["extra_points"],
        max_extra_points=data["max_extra_points"],
        checks=tuple(check_from_json(c) for c in data["checks"]),
        needs=tuple(data["needs"]),
        reason=data["reason"],
    )
