"""Small results for tests of the class: one task, some checks, whatever points are asked for."""

from __future__ import annotations

from dataclasses import replace

from grader.result import CheckResult, Message, Result, TaskResult, Tier, Verdict


def check(name: str, verdict: Verdict = Verdict.PASS, points: float = 5.0, hint: str = "") -> CheckResult:
    """Return a core check of 5 points."""
    message = None
    if verdict is not Verdict.PASS:
        message = Message("wrong-values", "f(x)", "y", "2 of 6 elements are wrong", hint=hint)
    earned = points if verdict is Verdict.PASS else 0.0
    return CheckResult(name, f"{name} holds", Tier.CORE, verdict, earned, points, message=message)


def task(number: str, *checks: CheckResult) -> TaskResult:
    """Return a task that passes if all its checks do."""
    verdict = next((c.verdict for c in checks if c.verdict is not Verdict.PASS), Verdict.PASS)
    return TaskResult(
        id=number,
        title=f"Task {number}",
        day=1,
        verdict=verdict,
        points=sum(c.points for c in checks),
        max_points=sum(c.max_points for c in checks),
        extra_points=0.0,
        max_extra_points=0.0,
        checks=checks,
    )


def result(*tasks: TaskResult, submission: str = "a" * 64, week: int = 1) -> Result:
    """Return a complete result."""
    return Result(
        run_id="20261124-000000-aaaaaa",
        week=week,
        title=f"Week {week}",
        submission="there",
        student="",
        started_at="2026-11-24T00:00:00+00:00",
        seconds=1.0,
        worker_cpu_s=0.5,
        tasks=tasks,
        days={1: "One"},
        sandbox=(),
        canary="",
        unsafe=False,
        environment={},
        hashes={"submission": submission, "course": "c", "environment": "e"},
    )


def named(made: Result, student: str) -> Result:
    """Return the same result for a student."""
    return replace(made, student=student)
