"""Made-up attempts for the rules of a course: only points, verdicts and times matter there."""

from __future__ import annotations

from grader.class_result import Attempt
from grader.result import CheckResult, Result, TaskResult, Tier, Verdict


def result(points=80.0, extra=0.0, *, verdict=Verdict.PASS, held=None, complete=True) -> Result:
    """Return a run with one core check of 100 points and one edge check; `held` is what an unjudged one keeps."""
    core = CheckResult(
        "values", "it is right", Tier.CORE, verdict, points if held is None else held, 100.0, 1, 1
    )
    edge = CheckResult("wide", "it is right, too", Tier.EDGE, Verdict.PASS, extra, 20.0, 1, 1)
    task = TaskResult("1.1.1", "Softmax", 1, verdict, core.points, 100.0, extra, 20.0, (core, edge))
    return Result(
        run_id="r",
        week=1,
        title="Week 1",
        submission="s",
        student="s",
        started_at="2026-11-24T12:00:00+00:00",
        seconds=1.0,
        worker_cpu_s=1.0,
        tasks=(task,),
        days={1: "Attention"},
        sandbox=(),
        canary="",
        unsafe=False,
        environment={},
        hashes={},
        complete=complete,
    )


def attempt(number=1, at="", points=80.0, extra=0.0, *, student="s1", **of_result) -> Attempt:
    """Return a graded attempt."""
    return Attempt(student, number, f"{student}/{number}", at, result(points, extra, **of_result))


def ungraded(number=1, at="", *, fault, student="s1", problem="it is broken") -> Attempt:
    """Return an attempt without a result."""
    return Attempt(student, number, f"{student}/{number}", at, None, problem, fault)
