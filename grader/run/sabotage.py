"""Proves that a submission's kernel does a task's work: with it switched off, no answer may be right any more.

On the CPU that is the C++ op, on the GPU every Metal kernel, while the op and its launches stay.

Not covered: an op that is called and whose answer is thrown away. Knows sessions, cases and the linker's part of a
build; nothing about points.
"""

from __future__ import annotations

from grader.course.model import Case, Matches, Task
from grader.errors import CannotJudge
from grader.paths import builds
from grader.result import Tier
from grader.run.compare import judge
from grader.run.oracle_cache import OracleCache
from grader.run.session import Session
from grader.worker.build import Built
from grader.worker.build_modules import sabotaged
from grader.worker.faults import Fault
from grader.worker.metal_switch import without_threads


class Unproved(Exception):
    """Whether the op runs cannot be tried; the text says why."""


def still_right(
    task: Task, op: str, session: Session, cache: OracleCache, include_hidden: bool
) -> tuple[Matches, Case] | None:
    """Return a case that is answered right although the op is switched off, or None if there is none.

    One case of each core check of the task's values is tried, a hidden one where that is allowed: what the submission
    cannot have learnt by heart.

    Raises:
        Unproved: the module cannot be linked without the op's function.
    """
    without = _switched_off(session.built, op, task.device, session.spec.unsafe)
    if without is None:
        return None
    with session.with_kernels(without) as other:
        for check, case in probes(task, include_hidden):
            call, _, want = cache.get(task.id, check, case)
            try:
                reply = other.invoke(check.target, call, public=case.public, deadline_s=check.deadline_s)
            except Fault:
                continue
            if judge(reply.value, want, check.axis_names) is None:
                return check, case
    return None


def probes(task: Task, include_hidden: bool) -> list[tuple[Matches, Case]]:
    """Return one case of each core check of a task's values."""
    found = []
    for check in task.checks:
        if isinstance(check, Matches) and check.tier is Tier.CORE:
            cases = list(check.cases(include_hidden))
            found.append((check, next((c for c in cases if not c.public), cases[0])))
    return found


def _switched_off(built: Built | None, op: str, device: str, unsafe: bool) -> Built | None:
    """Return the build in which the op throws, or no Metal kernel runs; None if there is no such op anyway."""
    if built is None or built.module is None or op in built.missing:
        return None
    target = built.module.parent.with_name(f"without-{op}")
    try:
        if device == "gpu":
            return without_threads(built, target.with_name(f"without-threads-{op}"), builds())
        without = sabotaged(built, op, target, builds(), unsafe=unsafe)
    except CannotJudge as error:
        raise Unproved(str(error)) from error
    if without is None:
        raise Unproved(f"{op} and its bindings are one file, or it has another name there")
    return without
