"""What the student should do next, and which checks fail for the same reason.

Knows nothing about HTML; it only chooses, the templates say it.
"""

from __future__ import annotations

import enum
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from grader.result import CheckResult, Message, Result, TaskResult, Tier, Verdict

NOT_WRITTEN = frozenset({"not-implemented", "missing"})


class Kind(str, enum.Enum):
    """What sort of advice there is to give."""

    EMPTY = "empty"  # no task was graded
    START = "start"  # nothing is written yet
    FIX = "fix"  # a task fails
    EXTRA = "extra"  # every task passes, some edge check does not
    WAIT = "wait"  # nothing fails, but some task was not judged
    DONE = "done"  # nothing is left


@dataclass(frozen=True)
class Step:
    """The next thing to do."""

    kind: Kind
    task: TaskResult | None = None
    check: CheckResult | None = None  # the check of `task` whose message is shown
    waiting: tuple[TaskResult, ...] = ()  # skipped tasks that need `task`, directly or not
    later: tuple[TaskResult, ...] = ()  # what to look at after that


@dataclass(frozen=True)
class Finding:
    """A message and the checks of one task that it speaks for; the first is the one that it quotes."""

    checks: tuple[CheckResult, ...]
    message: Message | None


def next_step(result: Result) -> Step:
    """Choose the first failing task whose needs pass; without any, say what else there is to do."""
    if not result.tasks:
        return Step(Kind.EMPTY)
    failing = [task for task in result.tasks if task.verdict is Verdict.FAIL]
    if failing:
        broken = {task.id for task in result.tasks if task.verdict in (Verdict.FAIL, Verdict.SKIPPED)}
        ready = [task for task in failing if not broken & set(task.needs)]
        task = (ready or failing)[0]
        kind = Kind.START if _nothing_written(result) else Kind.FIX
        later = tuple(other for other in ready if other is not task)
        return Step(kind, task, _first_failing(task, Tier.CORE), _waiting(result, task), later)
    extra = [task for task in result.tasks if _first_failing(task, Tier.EDGE)]
    if extra:
        return Step(Kind.EXTRA, extra[0], _first_failing(extra[0], Tier.EDGE), later=tuple(extra[1:]))
    if any(task.verdict is not Verdict.PASS for task in result.tasks):
        return Step(Kind.WAIT)
    return Step(Kind.DONE)


def _nothing_written(result: Result) -> bool:
    if any(task.verdict is Verdict.PASS for task in result.tasks):
        return False
    checks = [check for task in result.tasks for check in task.checks if check.verdict is Verdict.FAIL]
    return bool(checks) and all(c.message is not None and c.message.kind in NOT_WRITTEN for c in checks)


def _first_failing(task: TaskResult, tier: Tier) -> CheckResult | None:
    """Return the first FAIL of this tier; for core, one without points serves if there is no other."""
    failing = [check for check in task.checks if check.verdict is Verdict.FAIL]
    found = [check for check in failing if check.tier is tier] or (failing if tier is Tier.CORE else [])
    return found[0] if found else None


def _waiting(result: Result, task: TaskResult) -> tuple[TaskResult, ...]:
    behind = {task.id}
    found = []
    for other in result.tasks:  # in the course's order a task stands behind what it needs
        if other.verdict is Verdict.SKIPPED and behind & set(other.needs):
            behind.add(other.id)
            found.append(other)
    return tuple(found)


def findings(task: TaskResult) -> list[Finding]:
    """Return what there is to say about the checks of a task, in order.

    Checks with the same message, or that fail because the same thing is not written, are told once.
    """
    groups: dict[object, list[CheckResult]] = {}
    for index, check in enumerate(task.checks):
        if check.message is None and check.verdict in (Verdict.PASS, Verdict.SKIPPED):
            continue  # the task's reason says it
        groups.setdefault(_told_once(check) or index, []).append(check)
    return [Finding(tuple(checks), checks[0].message) for checks in groups.values()]


def _told_once(check: CheckResult) -> object:
    """Return what two checks have to share to be told as one; None for a check without a message."""
    message = check.message
    if message is not None and message.kind in NOT_WRITTEN:
        return (check.verdict, message.got, message.hint, message.traceback)
    return (check.verdict, message) if message is not None else None


def commands(result: Result, step: Step) -> dict[str, str]:
    """Return the commands that repeat this run or a part of it, each with what it does."""
    found: dict[str, str] = {}
    for command, meaning in _commands(result, step):
        found.setdefault(command, meaning)
    return found


def _commands(result: Result, step: Step) -> Iterator[tuple[str, str]]:
    if step.check is not None and step.check.message is not None and step.check.message.rerun:
        yield step.check.message.rerun, "the check to mend next"
    if step.task is not None:
        yield f"grader check {step.task.id}", f"the public cases of {step.task.id}"
    yield f"grader submit week{result.week}{_options(result)}", "this run again"
    yield f"grader show {quoted(result.run_id)}", "this result in the terminal"
    yield "grader history", "all your runs"


def _options(result: Result) -> str:
    options = f" --submission {quoted(result.submission)}"
    if result.student:
        options += f" --student {quoted(result.student)}"
    return options + "".join(f" --task {quoted(task)}" for task in result.selected)


def quoted(word: str) -> str:
    """Quote a word for a shell."""
    return shlex.quote(word)
