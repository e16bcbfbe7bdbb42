"""Carries out checks: one function per kind, all cases, one outcome.

Knows oracles, sessions and messages; knows nothing about points, tasks or the store.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial, singledispatchmethod

from grader.course.metal import OnGpu, Safe, Traffic
from grader.course.model import (
    Allowed,
    Builds,
    Case,
    CaseCheck,
    Check,
    Equivalent,
    FasterThan,
    GainsFromBatch,
    KeepsDtype,
    Matches,
    Rejects,
    Sanitized,
    ScalesLike,
    Scenario,
    Task,
    Unavailable,
    Unchanged,
    UsesAtMost,
)
from grader.metal_result import Count
from grader.result import Verdict
from grader.run import describe, messages, on_gpu, sanitized
from grader.run.bench import Bench
from grader.run.built import judge_build
from grader.run.compare import changed, judge, values
from grader.run.evidence import Sample
from grader.run.findings import Finding
from grader.run.gates import Grounds, guarded, unmeasured
from grader.run.hints import prove
from grader.run.metal import Metal
from grader.run.metal_messages import COMPUTED, RULES
from grader.run.oracle_cache import OracleCache
from grader.run.outcome import Outcome
from grader.run.play import played
from grader.run.policy import Judge
from grader.run.rivals import NoRival, Rivals
from grader.run.session import Session
from grader.run.tally import Tally
from grader.worker.faults import Fault
from grader.worker.wire import Array

FAILING_DEADLINES = 3  # a check ends when its failing cases have taken so many deadlines
# the next case says the same
HOPELESS = ("not-implemented", "missing", "import", "does-not-compile", "sanitizer")
FATAL_FAULTS = 2  # a check ends after so many faults that cost a worker each


class Executor:
    """Carries out the checks of one submission."""

    def __init__(
        self,
        session: Session,
        cache: OracleCache,
        include_hidden: bool = True,
        rivals: Rivals | None = None,
    ) -> None:
        self._session, self._cache, self._include_hidden = session, cache, include_hidden
        self._grounds = Grounds(session, rivals, cache.generator, cache.folders.folder)
        self.policy = Judge(session, cache, include_hidden)
        self.metal = Metal(session, rivals, cache.folders)

    def run(self, task: Task, check: Check, only_case: int | None = None) -> Outcome:
        """Carry out one check, or only the public case with the task-wide number `only_case`.

        Raises:
            Exception: only for faults of the grader; a submission cannot cause one.
        """
        if task.device == "gpu" and not isinstance(check, Unavailable):
            missing = on_gpu.unavailable(check)
            if missing:
                return on_gpu.skipped(check, task, missing)
        self.policy.prepare(task)
        self._session.on(task.device)
        return self._run(check, task, only_case)

    @singledispatchmethod
    def _run(self, check: Check, task: Task, only_case: int | None) -> Outcome:
        raise TypeError(f"no way to carry out a check of type {type(check).__name__}")

    @_run.register
    def _(self, check: Matches, task: Task, only_case: int | None) -> Outcome:
        def one(case: Case, tally: Tally) -> tuple[Finding | None, str]:
            call, named, want = self._cache.get(task.id, check, case)
            reply = self._session.invoke(check.target, call, public=case.public, deadline_s=check.deadline_s)
            finding = judge(reply.value, want, check.axis_names)
            if finding is not None and finding.kind in ("wrong-values", "nan", "infinite"):
                tally.samples.append(Sample(named, want, values(reply.value)))
            return finding, reply.printed

        def expected(case: Case) -> str:
            return self._cache.get(task.id, check, case)[2].describe()

        outcome, tally = self._cases(check, task, only_case, one, expected)
        if outcome.message is not None and tally.samples:
            hint = prove(check.mistakes, tally.samples)
            return replace(outcome, message=replace(outcome.message, hint=hint))
        return outcome

    @_run.register
    def _(self, check: Unchanged, task: Task, only_case: int | None) -> Outcome:
        text = "the caller's arrays are the same after the call"

        def one(case: Case, _: Tally) -> tuple[Finding | None, str]:
            call = self._cache.build(task.id, check, case)
            reply = self._session.invoke(
                check.target, call, public=case.public, deadline_s=check.deadline_s, echo=True
            )
            return changed(call, reply, text), reply.printed

        return self._cases(check, task, only_case, one, lambda case: text)[0]

    @_run.register
    def _(self, check: KeepsDtype, task: Task, only_case: int | None) -> Outcome:
        text = "the result has the dtype of the input"

        def one(case: Case, _: Tally) -> tuple[Finding | None, str]:
            call = self._cache.build(task.id, check, case)
            reply = self._session.invoke(check.target, call, public=case.public, deadline_s=check.deadline_s)
            if not isinstance(reply.value, Array):
                return Finding("wrong-type", text, "no array"), reply.printed
            if reply.value.dtype == call.dtype:
                return None, reply.printed
            return Finding("wrong-dtype", text, f"{reply.value.dtype} for {call.dtype} input"), reply.printed

        return self._cases(check, task, only_case, one, lambda case: text)[0]

    @_run.register
    def _(self, check: Rejects, task: Task, only_case: int | None) -> Outcome:
        text = "an exception, because the input is not valid"

        def one(case: Case, _: Tally) -> tuple[Finding | None, str]:
            call = self._cache.build(task.id, check, case)
            try:
                reply = self._session.invoke(
                    check.target, call, public=case.public, deadline_s=check.deadline_s
                )
            except Fault as fault:
                if fault.kind == "ERROR" and fault.exception not in ("NotImplementedError", "MissingTarget"):
                    return None, fault.printed
                raise
            return Finding("accepted", text, "an answer"), reply.printed

        return self._cases(check, task, only_case, one, lambda case: text)[0]

    @_run.register
    def _(self, check: Equivalent, task: Task, only_case: int | None) -> Outcome:
        text = "both ways give the same numbers"

        def one(case: Case, _: Tally) -> tuple[Finding | None, str]:
            call = self._cache.build(task.id, check, case)
            other = self._cache.other(task.id, check, case)
            first = self._session.invoke(check.target, call, public=case.public, deadline_s=check.deadline_s)
            second = self._session.invoke(
                check.target, other, public=case.public, deadline_s=check.deadline_s
            )
            if not isinstance(first.value, Array) or not isinstance(second.value, Array):
                return Finding("wrong-type", text, "no array"), first.printed + second.printed
            twin = self._cache.twin(task.id, check, case, values(first.value))
            return judge(second.value, twin, ()), first.printed

        return self._cases(check, task, only_case, one, lambda case: text)[0]

    @_run.register
    def _(self, check: Scenario, task: Task, only_case: int | None) -> Outcome:
        bench = Bench(self._session, self._cache, task.id, check, self._include_hidden)
        return played(bench, check, task)

    @_run.register
    def _(self, check: Allowed, task: Task, only_case: int | None) -> Outcome:
        return self.policy.judge(check, task)

    @_run.register
    def _(self, check: FasterThan, task: Task, only_case: int | None) -> Outcome:
        from grader.run.speed import Faster

        return guarded(check, task, check.target, Faster(check, task, self._grounds).run)

    @_run.register
    def _(self, check: Builds, task: Task, only_case: int | None) -> Outcome:
        first = next((c for c in task.checks if isinstance(c, CaseCheck) and c.public), None)
        case = next(first.cases(False, task.first_case(first))) if first is not None else None
        call = self._cache.build(task.id, first, case) if first is not None and case is not None else None
        return judge_build(check, task, self._session, first, call)

    @_run.register
    def _(self, check: ScalesLike, task: Task, only_case: int | None) -> Outcome:
        from grader.run.growth import Growth

        return guarded(check, task, task.target, Growth(check, task, self._grounds).run)

    @_run.register
    def _(self, check: UsesAtMost, task: Task, only_case: int | None) -> Outcome:
        from grader.run.memory import Memory

        return guarded(check, task, check.target, Memory(check, task, self._grounds).run)

    @_run.register
    def _(self, check: GainsFromBatch, task: Task, only_case: int | None) -> Outcome:
        from grader.run.batches import Batches

        return guarded(check, task, task.target, Batches(check, task, self._grounds).run)

    @_run.register
    def _(self, check: Sanitized, task: Task, only_case: int | None) -> Outcome:
        with sanitized.opened(self._session, self._cache.folders) as watched:

            def one(case: Case, _: Tally) -> tuple[Finding | None, str]:
                return sanitized.one(check, self._cache.build(task.id, check, case), case, watched)

            return self._cases(check, task, only_case, one, lambda case: sanitized.EXPECTED)[0]

    @_run.register
    def _(self, check: OnGpu, task: Task, only_case: int | None) -> Outcome:
        def one(case: Case, _: Tally) -> tuple[Finding | None, str]:
            return self.metal.on_gpu(task.id, check, self._cache.build(task.id, check, case), case)

        return self._cases(check, task, only_case, one, lambda case: COMPUTED)[0]

    @_run.register
    def _(self, check: Safe, task: Task, only_case: int | None) -> Outcome:
        def one(case: Case, _: Tally) -> tuple[Finding | None, str]:
            return self.metal.safe(check, self._cache.build(task.id, check, case), case)

        return self._cases(check, task, only_case, one, lambda case: RULES)[0]

    @_run.register
    def _(self, check: Traffic, task: Task, only_case: int | None) -> Outcome:
        gate = on_gpu.gate(check)
        if gate is not None:
            return self._run(gate, task, only_case)
        counts: list[Count] = []

        def one(case: Case, _: Tally) -> tuple[Finding | None, str]:
            return self.metal.traffic(check, self._cache.build(task.id, check, case), case, counts)

        try:
            outcome = self._cases(check, task, only_case, one, lambda case: check.sentence)[0]
        except NoRival as problem:
            return unmeasured(check, task, check.target, str(problem))
        return replace(outcome, counts=tuple(counts))

    @_run.register
    def _(self, check: Unavailable, task: Task, only_case: int | None) -> Outcome:
        return Outcome(Verdict.SKIPPED)

    def _cases(
        self,
        check: CaseCheck,
        task: Task,
        only_case: int | None,
        one: Callable[[Case, Tally], tuple[Finding | None, str]],
        expected: Callable[[Case], str],
    ) -> tuple[Outcome, Tally]:
        tally = Tally()
        cases = list(check.cases(self._include_hidden, task.first_case(check)))
        if only_case is not None:
            cases = [c for c in cases if c.number == only_case]
        for case in cases:
            tally.total += 1
            started = time.perf_counter()
            trace: tuple[str, ...] = ()
            try:
                finding, printed = one(case, tally)
            except Fault as fault:
                finding = describe.fault(fault, expected(case), check.deadline_s)
                trace, printed = fault.traceback, fault.printed
                tally.fatal += fault.kind != "ERROR"
            if finding is None:
                tally.passed += 1
                continue
            build = partial(self._cache.build, task.id, check, case)
            message = messages.of_case(check, task.id, case, finding, trace, printed, build)
            tally.fail(message, case.public)
            tally.failing_s += time.perf_counter() - started
            hopeless = finding.kind in HOPELESS
            if (
                hopeless
                or tally.fatal >= FATAL_FAULTS
                or tally.failing_s > FAILING_DEADLINES * check.deadline_s
            ):
                break
        verdict = Verdict.PASS if tally.first is None and tally.total else Verdict.FAIL
        return Outcome(verdict, tally.passed, len(cases), tally.first), tally
