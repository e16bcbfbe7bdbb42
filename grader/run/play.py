"""Plays a scenario of the course on a bench, and turns its end into an outcome."""

from __future__ import annotations

from dataclasses import replace

from grader.course.model import Scenario, Task
from grader.course.scenarios import find
from grader.result import Verdict
from grader.run import messages
from grader.run.bench import Bench
from grader.run.findings import Failed
from grader.run.outcome import Outcome
from grader.worker.faults import Fault


def played(bench: Bench, check: Scenario, task: Task) -> Outcome:
    """Return the outcome of a scenario: PASS if it comes to its end."""
    rerun = f"grader check {task.id} --case {task.first_case(check)}"
    try:
        find(check.function)(bench)
    except Failed as failure:
        message = replace(failure.message, rerun=rerun if bench.public else f"grader check {task.id}")
        return Outcome(Verdict.FAIL, bench.passed, max(bench.total, bench.passed + 1), message)
    except Fault as fault:
        message = messages.of_scenario_fault(bench, check, task.id, rerun, fault)
        return Outcome(Verdict.FAIL, bench.passed, max(bench.total, bench.passed + 1), message)
    return Outcome(Verdict.PASS, bench.passed, bench.passed)
