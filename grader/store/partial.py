"""The result of a run that was cut off, built from what its journal holds.

Knows nothing about files or SQL.
"""

from __future__ import annotations

from collections.abc import Mapping

from grader.result import CheckResult, Result, TaskResult, Tier, Verdict
from grader.store.journal import JournalState
from grader.store.records import PlannedTask, RunHeader

# of the core checks that ran, the first of these that occurs is the verdict of the task
_WORST_FIRST = (Verdict.ERROR, Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.SKIPPED)


def partial_result(state: JournalState) -> Result:
    """Return the finished checks of `state` as a result with `complete=False`.

    A task whose checks all ran, or one of whose core checks failed, has its verdict; any other is SKIPPED and
    says how far it came.
    """
    header = state.header
    tasks = tuple(_task(task, _checks_of(task, state.checks)) for task in header.planned)
    checks = list(state.checks.values())
    return _result(
        header,
        tasks,
        seconds=sum(check.seconds for check in checks),
        cpu_s=sum(check.cpu_s for check in checks),
    )


def _checks_of(task: PlannedTask, checks: Mapping[tuple[str, str], CheckResult]) -> tuple[CheckResult, ...]:
    return tuple(checks[task.id, name] for name in task.checks if (task.id, name) in checks)


def _task(task: PlannedTask, checks: tuple[CheckResult, ...]) -> TaskResult:
    verdict, reason = _verdict(task, checks)
    return TaskResult(
        id=task.id,
        title=task.title,
        day=task.day,
        verdict=verdict,
        points=round(sum(check.points for check in checks if check.tier is Tier.CORE), 4),
        max_points=task.max_points,
        extra_points=round(sum(check.points for check in checks if check.tier is Tier.EDGE), 4),
        max_extra_points=task.max_extra_points,
        checks=checks,
        needs=task.needs,
        reason=reason,
    )


def _verdict(task: PlannedTask, checks: tuple[CheckResult, ...]) -> tuple[Verdict, str]:
    found = {check.verdict for check in checks if check.tier is Tier.CORE}
    worst = next((verdict for verdict in _WORST_FIRST if verdict in found), Verdict.PASS)
    if len(checks) == len(task.checks) or worst in (Verdict.ERROR, Verdict.FAIL):
        return worst, ""
    return (
        Verdict.SKIPPED,
        f"The run was cut off after {len(checks)} of {len(task.checks)} checks of this task.",
    )


def _result(header: RunHeader, tasks: tuple[TaskResult, ...], seconds: float, cpu_s: float) -> Result:
    return Result(
        run_id=header.run_id,
        week=header.week,
        title=header.title,
        submission=header.submission,
        student=header.student,
        started_at=header.started_at,
        seconds=seconds,
        worker_cpu_s=cpu_s,
        tasks=tasks,
        days=header.days,
        sandbox=header.sandbox,
        canary=header.canary,
        unsafe=header.unsafe,
        environment=header.environment,
        hashes=header.hashes,
        notes=header.notes,
        complete=False,
        selected=header.selected,
    )
