"""Records the public cases: calls, right answers, wrong answers for hints, as a student's package reads them.

What the oracles say is asked once here. Scenarios are played by the reference, which has to pass them: so a course with
a public case that its own solution fails is not released. No hidden case is looked at.
"""

from __future__ import annotations

import inspect
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from grader import paths
from grader.course.metal import Traffic
from grader.course.model import (
    Case,
    CaseCheck,
    Check,
    Checkpoint,
    Equivalent,
    Matches,
    Measured,
    Scenario,
    Task,
    Unavailable,
    Week,
)
from grader.course.scenarios import find as find_scenario
from grader.course.scenarios.frequencies import Draws, Setting
from grader.course.scenarios.sampling import PLAYS, SPREAD, shuffled
from grader.course.scenarios.served import Fed, Span, Step
from grader.errors import CannotJudge
from grader.oracles.mistakes import NotApplicable
from grader.oracles.mistakes import find as find_mistake
from grader.release.codec import Writer
from grader.release.public_cases import BLOCK, FORMAT, INDEX, key, rows_key
from grader.result import Tier, Verdict
from grader.run import on_gpu, served_answers
from grader.run.bench import Bench
from grader.run.built import prepare
from grader.run.compare import Target
from grader.run.execute import Executor
from grader.run.findings import Failed
from grader.run.oracle_cache import OracleCache
from grader.run.rivals import Rivals
from grader.run.runner import Resources, worker_spec
from grader.run.session import PUBLIC_SEED, Session
from grader.worker.faults import Fault
from grader.worker.submission import find, snapshot

ELSEWHERE = "graded on submission only; grader bench compares speed here"
NO_SIMULATOR = "graded on submission only"
LOGITS = "model"  # the row of the tolerance table by which `Bench.judge` judges

Say = Callable[[str], None]


def public_check(check: Check, absent: Sequence[str] = ()) -> Check:
    """Return a check as it is released: no oracle, no builder, no hidden case; a gate only by name.

    Args:
        check: of the course.
        absent: names of checks that cannot be recorded here.
    """
    if isinstance(check, Measured) or check.name in absent:
        reason = ELSEWHERE if isinstance(check, Measured) else NO_SIMULATOR
        return Unavailable(check.name, check.sentence, Tier.STYLE, 0.0, check.deadline_s, check.needs, reason)
    if isinstance(check, Scenario):
        return replace(check, mistakes=())
    if not isinstance(check, CaseCheck):
        return check
    gates: dict[str, Any] = {
        f.name: None for f in fields(check) if isinstance(getattr(check, f.name), Measured)
    }
    check = replace(check, inputs=None, hidden=(), **gates)
    if isinstance(check, Matches):
        return replace(check, oracle="", mistakes=())
    return replace(check, other=None, magnitude="") if isinstance(check, Equivalent) else check


class Recording(Bench):
    """A bench that keeps which sequences a scenario judges logits of, and in which calls they are fed."""

    def __init__(self, session: Session, cache: OracleCache, task_id: str, check: Scenario) -> None:
        super().__init__(session, cache, task_id, check, include_hidden=False)
        self.judged: set[tuple[Checkpoint, tuple[int, ...]]] = set()
        self.calls: dict[tuple[Checkpoint, tuple[Fed, ...]], None] = {}

    def judge(self, steps: Sequence[Step], checkpoint: Checkpoint) -> None:
        """Keep the sequences, and judge as ever."""
        for step in steps:
            live = tuple(row for row in step.rows if row is not None)
            self.judged |= {(checkpoint, row.whole) for row in live}
            self.calls[checkpoint, live] = None
        super().judge(steps, checkpoint)


@dataclass
class Recorder:
    """Records weeks one after the other into one index.

    Args:
        resources: opened with the public seed.
        reference: plays the scenarios.
        say: is told what is being done.
    """

    resources: Resources
    reference: Path
    say: Say
    writer: Writer = field(default_factory=Writer)
    weeks: list[Any] = field(default_factory=list)
    cases: dict[str, Any] = field(default_factory=dict)
    plays: dict[str, Any] = field(default_factory=dict)
    logits: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, Any] = field(default_factory=dict)
    counts: list[Any] = field(default_factory=list)
    checkpoints: set[str] = field(default_factory=set)

    @property
    def cache(self) -> OracleCache:
        """The oracles' answers."""
        return self.resources.cache

    def week(self, week: Week) -> None:
        """Record one week.

        Raises:
            CannotJudge: the reference does not pass a public scenario, or does not run here.
        """
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-release-")))
            folder.chmod(0o755)
            copy = snapshot(find(self.reference), folder / "snapshot")
            built = prepare(copy, week, folder)
            folders = self.cache.folders
            spec = worker_spec(copy, folders.readable(), built=built)
            session = stack.enter_context(Session(spec, self.resources.zygote, folders))
            place = self.resources.place
            rivals = stack.enter_context(
                Rivals(self.resources.zygote, week.ops, path=self.reference, place=place)
            )
            tasks = tuple(self._task(task, session, rivals) for task in week.tasks)
            counts = rivals.counts.items()
            self.counts += [self.writer.encode((where, dict(found))) for where, found in counts]
        self.weeks.append(self.writer.encode(replace(week, tasks=tasks)))

    def _task(self, task: Task, session: Session, rivals: Rivals) -> Task:
        self.say(f"recording {task.id} {task.title}")
        absent: list[str] = []
        session.on(task.device)
        for check in task.checks:
            if isinstance(check, Scenario):
                self._scenario(task, check, session)
            elif isinstance(check, CaseCheck):
                for case in check.cases(False, task.first_case(check)):
                    self._case(task, check, case)
            if isinstance(check, Traffic) and not self._traffic(task, check, session, rivals):
                absent.append(check.name)
        return replace(task, checks=tuple(public_check(check, absent) for check in task.checks))

    def _case(self, task: Task, check: CaseCheck, case: Case) -> None:
        call, other, answer, wrong = self.cache.build(task.id, check, case), None, None, None
        if isinstance(check, Matches):
            call, named, want = self.cache.get(task.id, check, case)
            answer, wrong = _answer(want), dict(_wrong_answers(check.mistakes, named))
        elif isinstance(check, Equivalent):
            other = self.cache.other(task.id, check, case)
            answer = _answer(self.cache.twin(task.id, check, case, np.zeros(())))
        self.checkpoints |= {v.name for v in call.named().values() if isinstance(v, Checkpoint)}
        held = {"call": call, "other": other, "answer": answer, "wrong": wrong}
        self.cases[key(task.id, check.name, case.index)] = self.writer.encode(held)

    def _scenario(self, task: Task, check: Scenario, session: Session) -> None:
        bench = Recording(session, self.cache, task.id, check)
        module, _, name = check.function.partition(".")
        if module == "sampling":
            self._plays(name, bench)
        try:
            find_scenario(check.function)(bench)
        except (Failed, Fault) as problem:
            raise CannotJudge(f"the reference does not pass {task.id} {check.name}: {problem}") from problem
        for checkpoint, whole in sorted(bench.judged, key=str):
            self._logits(checkpoint, whole)
            self.checkpoints.add(checkpoint.name)
        for checkpoint, live in bench.calls:
            self._wrong_logits(check, checkpoint, live)

    def _wrong_logits(self, check: Scenario, checkpoint: Checkpoint, live: tuple[Fed, ...]) -> None:
        folder, dtype = self.cache.folders.folder(checkpoint), checkpoint.dtype
        named = served_answers.arguments(live, folder, dtype)
        wrong = dict(_wrong_answers(check.mistakes, named))
        self.calls[rows_key(checkpoint.name, dtype, live)] = self.writer.encode(wrong)

    def _plays(self, name: str, bench: Bench) -> None:
        if name in PLAYS:
            self.plays[name] = self.writer.encode(list(PLAYS[name](bench, True)))
        elif name == "greedy":
            rows = [shuffled(bench, True, SPREAD, index) for index in range(1, 4)]
            self.plays[name] = self.writer.encode([Draws(Setting(0), p, (), {}, "") for p in rows])

    def _logits(self, checkpoint: Checkpoint, whole: tuple[int, ...]) -> None:
        name = key(checkpoint.name, checkpoint.dtype, LOGITS, *whole)
        if name not in self.logits:
            fed = [Fed(whole, (Span(0, len(whole)),))]
            folder = self.cache.folders.folder(checkpoint)
            want = served_answers.right(fed, folder, checkpoint.dtype, LOGITS)
            first = replace(want, value=want.value[0], bound=want.bound[0])
            self.logits[name] = self.writer.encode(_answer(first))

    def _traffic(self, task: Task, check: Traffic, session: Session, rivals: Rivals) -> bool:
        """Return whether the reference's counts are known; they are kept with the rivals."""
        if on_gpu.unavailable() or on_gpu.gate(check) is not None:
            return False
        outcome = Executor(session, self.cache, False, rivals).run(task, check)
        if outcome.verdict is Verdict.FAIL:
            raise CannotJudge(f"the reference does not pass {task.id} {check.name}")
        return outcome.verdict is Verdict.PASS

    def write(self, folder: Path) -> None:
        """Write index, block and the random checkpoints that public cases compute with."""
        folder.mkdir(parents=True)
        index = {
            "format": FORMAT,
            "weeks": self.weeks,
            "cases": self.cases,
            "plays": self.plays,
            "logits": self.logits,
            "calls": self.calls,
            "counts": self.counts,
        }
        (folder / INDEX).write_text(json.dumps(index, separators=(",", ":")) + "\n")
        np.savez_compressed(folder / BLOCK, block=self.writer.block())
        for name in sorted(self.checkpoints - set(paths.PUBLIC_MODELS)):
            made = self.cache.folders.folder(Checkpoint(name))
            (folder / "checkpoints" / name).mkdir(parents=True)
            for file in sorted(made.iterdir()):
                (folder / "checkpoints" / name / file.name).write_bytes(file.read_bytes())


def record(weeks: Sequence[Week], reference: Path, folder: Path, say: Say = lambda text: None) -> None:
    """Record the public cases of `weeks` into the new folder `folder`.

    Raises:
        CannotJudge: the reference is missing, or fails what it is asked.
    """
    with ExitStack() as stack:
        recorder = Recorder(Resources.open(PUBLIC_SEED, stack), reference, say)
        for week in weeks:
            recorder.week(week)
        recorder.write(folder)


def _answer(want: Target) -> dict[str, Any]:
    return {"value": want.value, "bound": want.bound, "dtype": want.dtype, "c": want.c, "exact": want.exact}


def _wrong_answers(names: Sequence[str], named: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield hint and wrong answer of each mistake that does not look at the submission's own numbers."""
    for name in names:
        mistake = find_mistake(name)
        if "got" in inspect.signature(mistake.function).parameters:
            continue
        try:
            with torch.no_grad():
                yield mistake.hint, _compact(mistake.function(**named).numpy())
        except (NotApplicable, RuntimeError, IndexError, AssertionError):
            yield mistake.hint, None


def _compact(wrong: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a wrong answer in half the space: it is compared within twice the bound, never exactly."""
    with np.errstate(over="ignore"):
        return wrong.astype(np.float32) if wrong.dtype == np.float64 else wrong
