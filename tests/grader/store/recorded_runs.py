"""Small runs for the tests of the store and of the exports."""

from __future__ import annotations

from grader.result import CheckResult, Message, Result, SandboxLayer, TaskResult, Tier, Verdict
from grader.store import PlannedTask, RunHeader

HASHES = {"submission": "5b1d", "course": "c0de", "environment": "e9f0"}
LAYER = SandboxLayer("seccomp", "no fork, no exec, no sockets", "active")
PLAN = (
    PlannedTask("1.1.1", "Attention", 1, 6.0, 2.0, ("softmax-values", "softmax-large", "softmax-dtype")),
    PlannedTask("1.2.1", "RoPE", 2, 4.0, 0.0, ("rope-values",), needs=("1.1.1",)),
)
WRONG = Message(
    kind="wrong-values",
    called="softmax(x float32[2, 3], axis=0), seed 7",
    expected="[[0.5, 0.25, ...",
    got="[[0.9, 0.1, ..., 6 of 6 differ, worst by 0.4",
    hint="your result is what comes out when the last axis is taken",
    rerun="grader check 1.1.1 --case 3",
    traceback=("basics.py:12 in softmax: return x / y",),
)
CHECKS = (
    (
        "1.1.1",
        CheckResult("softmax-values", "softmax equals PyTorch", Tier.CORE, Verdict.PASS, 6.0, 6.0, 9, 9),
    ),
    (
        "1.1.1",
        CheckResult(
            "softmax-large",
            "softmax of large values",
            Tier.EDGE,
            Verdict.FAIL,
            0.0,
            2.0,
            1,
            4,
            WRONG,
            0.25,
            0.125,
        ),
    ),
    (
        "1.1.1",
        CheckResult("softmax-dtype", "softmax keeps the dtype", Tier.STYLE, Verdict.PASS, 0.0, 0.0, 1, 1),
    ),
    ("1.2.1", CheckResult("rope-values", "RoPE equals PyTorch", Tier.CORE, Verdict.PASS, 4.0, 4.0, 12, 12)),
)


def header(run_id: str = "run-1", **changes: object) -> RunHeader:
    """Return the header of a run of the two tasks of `PLAN`."""
    fields: dict[str, object] = {
        "run_id": run_id,
        "week": 1,
        "title": "Week 1: from matmul to text",
        "submission": "student",
        "student": "mia",
        "started_at": "2026-03-01T10:00:00+00:00",
        "seed": 7,
        "hashes": HASHES,
        "planned": PLAN,
        "days": {1: "Attention", 2: "Positions"},
        "environment": {"python": "3.11.4"},
        "sandbox": (LAYER,),
        "canary": "31 of 31 forbidden attempts were refused",
        "notes": ("extra.py was left out",),
    }
    return RunHeader(**{**fields, **changes})  # type: ignore[arg-type]


def result(run_id: str = "run-1", **changes: object) -> Result:
    """Return the result of the run that `header` begins and `CHECKS` makes up."""
    head = header(run_id)
    fields: dict[str, object] = {
        "run_id": run_id,
        "week": head.week,
        "title": head.title,
        "submission": head.submission,
        "student": head.student,
        "started_at": head.started_at,
        "seconds": 1.5,
        "worker_cpu_s": 0.75,
        "tasks": tuple(_task(task) for task in PLAN),
        "days": head.days,
        "sandbox": head.sandbox,
        "canary": head.canary,
        "unsafe": False,
        "environment": head.environment,
        "hashes": head.hashes,
        "notes": head.notes,
    }
    return Result(**{**fields, **changes})  # type: ignore[arg-type]


def _task(task: PlannedTask) -> TaskResult:
    checks = tuple(check for task_id, check in CHECKS if task_id == task.id)
    return TaskResult(
        id=task.id,
        title=task.title,
        day=task.day,
        verdict=Verdict.PASS,
        points=task.max_points,
        max_points=task.max_points,
        extra_points=0.0,
        max_extra_points=task.max_extra_points,
        checks=checks,
        needs=task.needs,
    )
