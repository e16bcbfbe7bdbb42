"""From outcomes to verdicts and points: what a check earns, when a failure is a consequence, what a task is worth.

Pure; knows nothing about workers or oracles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.course.metal import OnGpu
from grader.course.model import Allowed, Check, Measured, Task, Unavailable, Week
from grader.result import CheckResult, Message, TaskResult, Tier, Verdict
from grader.run.outcome import Outcome
from grader.worker.faults import CallbackFailed

UNAVAILABLE = "unavailable"  # kind of the message of a check that nothing here can carry out
HELD = (Verdict.INCONCLUSIVE, Verdict.ERROR)  # never cost points


def check_result(
    week: Week,
    task: Task,
    check: Check,
    outcome: Outcome,
    earlier: Sequence[CheckResult],
    tasks: Mapping[str, Verdict],
    seconds: float = 0.0,
    cpu_s: float = 0.0,
) -> CheckResult:
    """Return the result of a check.

    Args:
        earlier: the results of the task's checks before this one; extra points need every core check to hold.
        tasks: the verdicts of the tasks graded so far.
    """
    verdict = outcome.verdict
    if verdict is Verdict.FAIL and _is_consequence(week, task, check, outcome.message, earlier, tasks):
        verdict = Verdict.SKIPPED
    core_holds = all(c.points >= c.max_points for c in earlier if c.tier is Tier.CORE)
    allowed = not any(c.verdict is Verdict.FAIL and c.name in _allowed(task) for c in earlier)
    earns = allowed and (verdict is Verdict.PASS or (verdict in HELD and outcome.held))
    if check.tier is Tier.EDGE:
        earns = earns and core_holds
    return CheckResult(
        name=check.name,
        sentence=check.sentence,
        tier=check.tier,
        verdict=verdict,
        points=check.points if earns else 0.0,
        max_points=check.points,
        cases_passed=outcome.cases_passed,
        cases_total=outcome.cases_total,
        message=outcome.message,
        seconds=seconds,
        cpu_s=cpu_s,
        speed=outcome.speed,
        counts=outcome.counts,
    )


def counted_again(
    week: Week,
    task: Task,
    check: Check,
    known: CheckResult,
    earlier: Sequence[CheckResult],
    tasks: Mapping[str, Verdict],
) -> CheckResult:
    """Return a result of an earlier run with the points that it has now that more checks of its task are known."""
    held = known.points > 0  # whatever was added can only take points away
    outcome = Outcome(
        known.verdict, known.cases_passed, known.cases_total, known.message, held, known.speed, known.counts
    )
    return check_result(week, task, check, outcome, earlier, tasks, known.seconds, known.cpu_s)


def _allowed(task: Task) -> set[str]:
    """Return the names of the checks without which nothing of the task counts."""
    return {c.name for c in task.checks if isinstance(c, (Allowed, OnGpu))}


def _is_consequence(
    week: Week,
    task: Task,
    check: Check,
    message: Message | None,
    earlier: Sequence[CheckResult],
    tasks: Mapping[str, Verdict],
) -> bool:
    """Return whether a failure may come from a needed task that does not pass.

    What the task's own target leaves unwritten is its own failure, whatever else is missing.
    """
    if not any(tasks.get(need) in (Verdict.FAIL, Verdict.SKIPPED) for need in (*task.needs, *check.needs)):
        return False
    if message is None or message.kind != "not-implemented":
        return True
    if any(c.verdict is Verdict.FAIL and c.message and c.message.kind == message.kind for c in earlier):
        return False  # its own target is not written either
    named = re.search(r"task (\d+(?:\.\d+)+)", message.got)
    return named is not None and named.group(1) not in _owners(week, task)


def _owners(week: Week, task: Task) -> set[str]:
    """Return the task's id and those of the tasks whose skeleton holds its target."""
    return {task.id, *(t.id for t in week.tasks if task.target in t.blanks)}


def task_result(task: Task, checks: Sequence[CheckResult], tasks: Mapping[str, Verdict]) -> TaskResult:
    """Return the result of a task: PASS if every core check passes."""
    core = [c for c in checks if c.tier is Tier.CORE]
    verdicts = {c.verdict for c in core}
    verdict = next(
        (v for v in (Verdict.FAIL, Verdict.SKIPPED, Verdict.ERROR, Verdict.INCONCLUSIVE) if v in verdicts),
        Verdict.PASS,
    )
    return TaskResult(
        id=task.id,
        title=task.title,
        day=task.day,
        verdict=verdict,
        points=sum(c.points for c in core),
        max_points=task.max_points,
        extra_points=sum(c.points for c in checks if c.tier is Tier.EDGE),
        max_extra_points=task.max_extra_points,
        checks=tuple(checks),
        needs=task.needs,
        reason=_reason(task, verdict, tasks, checks),
    )


def _reason(task: Task, verdict: Verdict, tasks: Mapping[str, Verdict], checks: Sequence[CheckResult]) -> str:
    if verdict is Verdict.SKIPPED:
        unavailable = {c.reason for c in task.checks if isinstance(c, Unavailable)}
        unavailable |= {c.message.got for c in checks if c.message and c.message.kind == UNAVAILABLE}
        if unavailable:
            return "; ".join(sorted(unavailable))
        missing = [need for need in task.needs if tasks.get(need) in (Verdict.FAIL, Verdict.SKIPPED)]
        verb = "does" if len(missing) == 1 else "do"
        return f"needs {' and '.join(missing)}, which {verb} not pass yet; mend that first"
    if verdict is Verdict.ERROR:
        return "the grader itself failed; this costs no points, and staff have to look at it"
    if verdict is Verdict.INCONCLUSIVE:
        return "it could not be measured; this costs no points"
    return ""


def grader_error(check: Check, error: BaseException, where: str) -> Outcome:
    """Return the outcome of a check in which the grader itself failed."""
    message = Message(
        kind="grader-error",
        called=check.sentence,
        expected="a verdict",
        got=f"the grader failed with {type(error).__name__}; details for staff are in {where}",
    )
    held = not isinstance(error, CallbackFailed)
    return Outcome(Verdict.ERROR, 0, check.public_cases, message, held)


def not_measured(check: Check, task: Task, earlier: Sequence[CheckResult]) -> Outcome | None:
    """Return SKIPPED for a gate if a core check of its task has failed: the speed of wrong results says nothing.

    What is not written at all says so itself.
    """
    gates = {c.name for c in task.checks if isinstance(c, Measured)}
    wrong = [c for c in earlier if c.tier is Tier.CORE and c.verdict is Verdict.FAIL and c.name not in gates]
    if not isinstance(check, Measured) or not wrong:
        return None
    if any(c.message is not None and c.message.kind == "not-implemented" for c in wrong):
        return None
    got = f'not measured: "{wrong[0].sentence}" does not hold yet'
    message = Message("not-measured", task.target, check.sentence, got, rerun=f"grader check {task.id}")
    return Outcome(Verdict.SKIPPED, 0, 1, message)


def not_run(outcome: Outcome, faults: int) -> Outcome:
    """Return the outcome of a check that is not run because the task has ended too many workers."""
    message = outcome.message
    assert message is not None
    note = f"not run: {faults} workers have ended in this task; the last one: {message.got}"
    return Outcome(Verdict.FAIL, 0, outcome.cases_total, replace(message, got=note, rerun=message.rerun))
