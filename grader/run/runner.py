"""Grades one submission: finds it, copies it, runs every check of the tasks asked for, writes the journal.

Knows the parts and their order; the parts know nothing about each other.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course.metal import SLOW as SLOW_ON_GPU
from grader.course.model import Check, Measured, Sanitized, Task, Week
from grader.errors import CannotJudge, GraderError
from grader.result import CheckResult, Progress, Result, SandboxLayer, TaskResult, Verdict
from grader.run import identity, leftovers
from grader.run.built import prepare, switches
from grader.run.execute import Executor
from grader.run.oracle_cache import OracleCache
from grader.run.outcome import Outcome
from grader.run.rivals import Rivals
from grader.run.session import Checkpoints, Session
from grader.run.verdicts import check_result, counted_again, grader_error, not_measured, not_run, task_result
from grader.store.records import PlannedTask, RunHeader
from grader.worker import canary, sandbox
from grader.worker.build import Built
from grader.worker.client import ImportReport, Worker, WorkerSpec, Zygote
from grader.worker.faults import Fault
from grader.worker.submission import Layout, Snapshot, find, snapshot

if TYPE_CHECKING:
    from grader.store import Journal, JournalState, Store

SLOW = (Measured, Sanitized, *SLOW_ON_GPU)  # checks that run something besides the submission's worker
FATAL_KINDS = ("timeout", "crash", "exit", "memory", "output", "threads", "protocol")
FATAL_CHECKS = 3  # after so many checks of a task that ended workers, its other checks are not run

SYNTAX = ("SyntaxError: ", "IndentationError: ", "TabError: ")

Listener = Callable[[Task, Check, CheckResult], None]


@dataclass(frozen=True)
class Request:
    """What to grade."""

    week: Week
    submission: Path
    student: str = ""
    tasks: tuple[str, ...] = ()  # empty: all
    seed: int | None = None  # of the hidden cases; None: the installation's secret
    include_hidden: bool = True
    unsafe: bool = False
    only_case: int | None = None
    quick_build: bool = False  # compile for this machine's instruction set only: not for races
    left_out: tuple[type, ...] = ()  # kinds of checks that are not run, such as `SLOW`
    layout: Layout | None = None  # where the parts of the submission are, if that is known already
    known: Mapping[tuple[str, str], CheckResult] = field(
        default_factory=dict
    )  # (task id, check) -> not run again

    @property
    def selected(self) -> tuple[Task, ...]:
        """The tasks to grade, in the order of the week."""
        return tuple(t for t in self.week.tasks if not self.tasks or t.id in self.tasks)


@dataclass
class Resources:
    """What many runs share: the zygote, the random checkpoints with their seed, and the oracles' answers."""

    zygote: Zygote | None
    cache: OracleCache
    canary: str = ""
    place: Path | None = None  # for temporary folders; None: where the system has them
    stack: ExitStack = field(default_factory=ExitStack)
    _rivals: dict[tuple[str, ...], Rivals] = field(default_factory=dict)

    @classmethod
    def open(cls, seed: int, stack: ExitStack) -> Resources:
        """Start the zygote and make room for checkpoints; `stack` ends both."""
        place = stack.enter_context(leftovers.workplace())
        zygote = stack.enter_context(Zygote()) if sys.platform == "linux" else None
        with leftovers.inside(place):
            folders = Checkpoints(seed)
        stack.callback(folders.close)
        return cls(zygote, OracleCache(seed, folders), place=place, stack=stack)

    def rivals(self, ops: tuple[str, ...]) -> Rivals:
        """Return the reference with these ops as a rival for gates; it is built when a gate asks for it."""
        if ops not in self._rivals:
            self._rivals[ops] = self.stack.enter_context(Rivals(self.zygote, ops, place=self.place))
        return self._rivals[ops]


class Runner:
    """Grades submissions one after the other.

    Args:
        resources: shared by all runs; its seed has to be that of the requests.
        store: where runs are recorded; None records nothing (public checks, validation).
        log: the file that gets the traceback of a fault of the grader itself.
    """

    def __init__(self, resources: Resources, store: Store | None = None, log: Path | None = None) -> None:
        self._resources, self._store, self._log = resources, store, log

    def grade(self, request: Request, listener: Listener | None = None) -> Result:
        """Grade a submission and return the result; a cut-off run of the same kind is taken up again.

        Raises:
            SubmissionRejected: there is nothing that could be graded.
            CannotJudge: the sandbox is incomplete, or the run cannot be recorded.
        """
        with ExitStack() as stack:
            place = self._resources.place
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-submission-", dir=place))
            )
            folder.chmod(0o755)
            copy = snapshot(request.layout or find(request.submission), folder / "snapshot")
            built = prepare(copy, request.week, folder, quick=request.quick_build, unsafe=request.unsafe)
            session = stack.enter_context(self._session(copy, request, built))
            run = _Run(request, copy, session, self._resources, self._log)
            run.prepare()
            header = run.header()
            journal, done = self._journal(header, stack)
            if journal is not None:
                header = journal.header
            result = run.checks(header, journal, done, listener)
            if journal is not None:
                journal.finish(result)
        return replace(result, progress=self._progress(result))

    def _session(self, copy: Snapshot, request: Request, built: Built | None) -> Session:
        folders = self._resources.cache.folders
        spec = worker_spec(copy, folders.readable(), request.unsafe, built)
        return Session(spec, self._resources.zygote, folders)

    def _journal(
        self, header: RunHeader, stack: ExitStack
    ) -> tuple[Journal | None, dict[tuple[str, str], CheckResult]]:
        if self._store is None:
            return None, {}
        state: JournalState | None = self._store.unfinished(
            header.week, header.hashes, header.seed, header.selected, header.student, header.unsafe
        )
        if state is None:
            return stack.enter_context(self._store.begin(header)), {}
        return stack.enter_context(self._store.resume(state)), dict(state.checks)

    def _progress(self, result: Result) -> tuple[Progress, ...]:
        if self._store is None:
            return ()
        return self._store.progress(result.student, result.week, before=result.run_id)


def worker_spec(
    copy: Snapshot, readable: tuple[Path, ...], unsafe: bool = False, built: Built | None = None
) -> WorkerSpec:
    """Return how a snapshot is run."""
    return WorkerSpec(
        package_dir=copy.package_dir,
        package_name=copy.package_name,
        root=copy.root,
        readable=readable,
        unsafe=unsafe,
        built=built,
    )


def fly_canary(zygote: Zygote | None, readable: tuple[Path, ...], unsafe: bool) -> str:
    """Let a worker try what is forbidden, and return the sentence for the result.

    Raises:
        CannotJudge: something was not refused, and `unsafe` is not set.
    """

    def spawn(copy: Snapshot) -> Worker:
        worker = Worker(worker_spec(copy, readable, unsafe), zygote)
        worker.start()
        return worker

    try:
        report = canary.run(spawn)
    except Fault as fault:
        raise CannotJudge(f"the canary could not be run: {fault}") from fault
    if not report.ok and not unsafe:
        raise CannotJudge(f"the sandbox leaks: {report.text()} (--unsafe grades all the same)")
    return report.text()


class _Run:
    """One run of one submission."""

    def __init__(
        self, request: Request, copy: Snapshot, session: Session, resources: Resources, log: Path | None
    ) -> None:
        self._request, self._copy, self._session = request, copy, session
        self._resources, self._log = resources, log
        rivals = resources.rivals(request.week.ops)
        self._executor = Executor(session, resources.cache, request.include_hidden, rivals)
        self._verdicts: dict[str, Verdict] = {}

    def prepare(self) -> None:
        """Fly the canary once per process, start the first worker and import the submission."""
        if not self._resources.canary:
            readable = self._resources.cache.folders.readable()
            with leftovers.inside(leftovers.open_room(self._resources.place)):
                self._resources.canary = fly_canary(self._resources.zygote, readable, self._request.unsafe)
        self._session.start()

    def header(self) -> RunHeader:
        """Return what is known before the first check."""
        request, now = self._request, datetime.now(timezone.utc)
        return RunHeader(
            run_id=identity.new_run_id(now),
            week=request.week.number,
            title=f"Week {request.week.number}: {request.week.title}",
            submission=str(request.submission),
            student=request.student,
            started_at=now.isoformat(timespec="milliseconds"),
            seed=self._resources.cache.seed,
            hashes={
                "submission": self._copy.sha256,
                "course": identity.course_hash(),
                "environment": identity.environment_hash(),
            },
            planned=tuple(_planned(task) for task in request.selected),
            days=dict(request.week.days),
            selected=request.tasks,
            environment=identity.environment(),
            sandbox=self._layers(),
            canary=self._resources.canary,
            unsafe=bool(sandbox.missing(self._session.sandbox)),
            notes=self._notes(),
        )

    def _layers(self) -> tuple[SandboxLayer, ...]:
        holds = self._session.layers()
        states = self._session.sandbox
        return tuple(SandboxLayer(name, holds.get(name, ""), state) for name, state in states.items())

    def _notes(self) -> tuple[str, ...]:
        notes = []
        imports: ImportReport | None = self._session.imports
        for module, fault in (imports.failures if imports else {}).items():
            if not module and len(imports.failures if imports else {}) > 1:
                continue  # the modules say it more exactly than the package
            notes.append(f"{module or 'the package'} does not import: {_import_problem(fault)}")
        notes += [f"left out: {name}" for name in self._copy.left_out]
        notes += switches(self._session.built)
        return tuple(notes)

    def checks(
        self,
        header: RunHeader,
        journal: Journal | None,
        done: dict[tuple[str, str], CheckResult],
        listener: Listener | None,
    ) -> Result:
        """Run every check that is not done yet, and return the result."""
        started, results = time.perf_counter(), []
        for task in self._request.selected:
            results.append(self._task(task, journal, done, listener))
            if any(c.verdict is not Verdict.PASS for c in results[-1].checks):
                self._session.renew()  # what went wrong in one task must not reach into the next
        return Result(
            run_id=header.run_id,
            week=header.week,
            title=header.title,
            submission=header.submission,
            student=header.student,
            started_at=header.started_at,
            seconds=time.perf_counter() - started,
            worker_cpu_s=self._session.cpu_s(),
            tasks=tuple(results),
            days=header.days,
            sandbox=header.sandbox,
            canary=header.canary,
            unsafe=header.unsafe,
            environment=header.environment,
            hashes=header.hashes,
            notes=header.notes
            + _broken_modules(results, header.notes)
            + self._executor.policy.notes(self._request.selected)
            + self._executor.metal.notes(),
            selected=header.selected,
        )

    def _task(
        self,
        task: Task,
        journal: Journal | None,
        done: dict[tuple[str, str], CheckResult],
        listener: Listener | None,
    ) -> TaskResult:
        results: list[CheckResult] = []
        fatal, last = 0, Outcome(Verdict.FAIL)
        for check in self._request_checks(task):
            result = done.get((task.id, check.name))
            known = self._request.known.get((task.id, check.name))
            if result is None and known is not None:
                result = counted_again(self._request.week, task, check, known, results, self._verdicts)
            if result is None:
                started, cpu = time.perf_counter(), self._session.cpu_s()
                outcome = not_measured(check, task, results)
                if outcome is None:
                    outcome = not_run(last, fatal) if fatal >= FATAL_CHECKS else self._outcome(task, check)
                if (
                    outcome.message is not None
                    and outcome.message.kind in FATAL_KINDS
                    and fatal < FATAL_CHECKS
                ):
                    fatal, last = fatal + 1, outcome
                spent = time.perf_counter() - started, self._session.cpu_s() - cpu
                result = check_result(
                    self._request.week, task, check, outcome, results, self._verdicts, *spent
                )
                if journal is not None:
                    journal.add(task.id, result)
            results.append(result)
            if listener is not None:
                listener(task, check, result)
        verdict = task_result(task, results, self._verdicts)
        self._verdicts[task.id] = verdict.verdict
        return verdict

    def _request_checks(self, task: Task) -> tuple[Check, ...]:
        number = self._request.only_case
        checks = [c for c in task.checks if not isinstance(c, self._request.left_out)]
        if number is None:
            return tuple(checks)
        return tuple(c for c in checks if task.first_case(c) <= number < task.first_case(c) + c.public_cases)

    def _outcome(self, task: Task, check: Check) -> Outcome:
        try:
            return self._executor.run(task, check, self._request.only_case)
        except GraderError:
            raise
        except Exception as error:  # the grader's own fault: recorded, shown as ERROR, never charged
            self._session.renew()
            return grader_error(check, error, self._record(task, check))

    def _record(self, task: Task, check: Check) -> str:
        text = f"{task.id} {check.name}\n{traceback.format_exc()}\n"
        if self._log is None:
            os.write(2, text.encode())
            return "the terminal's output"
        with self._log.open("a") as stream:
            stream.write(text)
        return str(self._log)


def _planned(task: Task) -> PlannedTask:
    return PlannedTask(
        id=task.id,
        title=task.title,
        day=task.day,
        max_points=task.max_points,
        max_extra_points=task.max_extra_points,
        checks=tuple(check.name for check in task.checks),
        needs=task.needs,
    )


def _broken_modules(tasks: list[TaskResult], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return a note for each module that did not import when a call needed it, with file and line."""
    found = {}
    for message in (check.message for task in tasks for check in task.checks if check.message):
        place, _, code = message.traceback[-1].partition(" in ") if message.traceback else ("", "", "")
        if code.startswith("<module>: ") and (message.kind == "import" or message.got.startswith(SYNTAX)):
            found[place] = f"{place} does not import: {message.got}"
    return tuple(note for place, note in found.items() if not any(place in text for text in known))


def _import_problem(fault: Fault) -> str:
    text = f"{fault.exception}: {fault.text}" if fault.exception else f"{fault.kind}: {fault.text}"
    return f"{text} ({fault.traceback[-1]})" if fault.traceback else text
