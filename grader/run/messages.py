"""Turns findings into the messages of a check: public cases whole, hidden ones without numbers.

Knows nothing about how a case is carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from grader.course.model import Call, Case, CaseCheck, Scenario
from grader.result import Message
from grader.run import describe
from grader.run.bench import Bench
from grader.run.findings import Finding
from grader.worker.faults import Fault

PRINTED_CHARS = 2000


def of_case(
    check: CaseCheck,
    task_id: str,
    case: Case,
    finding: Finding,
    trace: tuple[str, ...],
    printed: str,
    build: Callable[[], Call],
) -> Message:
    """Return the message for a finding in a case; `build` makes the call that a public case shows."""
    if case.public:
        called = describe.call(check.target, build(), case)
        rerun = f"grader check {task_id} --case {case.number}"
        return _message(finding, called, finding.got, rerun, trace, printed)
    form, _, bound = finding.expected.partition("], ")  # "float32[2, 5], each element within ..."
    text = finding.expected if "[" not in form else f"the right answer{', ' + bound if bound else ''}"
    hidden = replace(finding, expected=text, region="", map=None, trace=None)
    called = describe.hidden(check.target, case)
    got = finding.neutral or finding.got
    return _message(hidden, called, got, f"grader check {task_id}", describe.without_names(trace), "")


def of_scenario_fault(bench: Bench, check: Scenario, task_id: str, rerun: str, fault: Fault) -> Message:
    """Return the message for a fault in the part of a scenario that is played now."""
    finding = describe.fault(fault, check.sentence, check.deadline_s)
    if bench.public:
        return _message(finding, bench.called, finding.got, rerun, fault.traceback, fault.printed)
    trace = describe.without_names(fault.traceback)
    return _message(finding, bench.hidden(), finding.neutral, f"grader check {task_id}", trace, "")


def _message(
    finding: Finding, called: str, got: str, rerun: str, trace: tuple[str, ...], printed: str
) -> Message:
    return Message(
        kind=finding.kind,
        called=called,
        expected=finding.expected,
        got=got,
        region=finding.region,
        map=finding.map,
        trace=finding.trace,
        hint=finding.hint,
        rerun=rerun,
        traceback=trace,
        printed=printed[:PRINTED_CHARS],
    )
