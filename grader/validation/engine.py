"""Grades every specimen and judges the outcome; one resident grader per process, the oracles' answers shared.

`grader validate` prints what this returns. A check that no mutant fails is not a check: those are listed too.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.catalog import find_week
from grader.course.model import FasterThan, Unavailable
from grader.paths import ROOT
from grader.result import Result, Verdict
from grader.run.runner import SLOW, Request, Resources, Runner, fly_canary
from grader.validation import corpus, judge, traces
from grader.validation.corpus import Specimen, build

SEED = 424242
CANARY_VARIABLE = "GRADER_VALIDATION_CANARY"
CANARY = "canary-7d1f0c55e2"  # lies in the environment of the grader, in its memory and in a file of its user


@dataclass(frozen=True)
class Report:
    """The outcome for one specimen."""

    group: str
    name: str
    problems: tuple[str, ...]
    seconds: float
    points: float = 0.0
    failed: tuple[str, ...] = ()  # the checks that FAIL

    @property
    def ok(self) -> bool:
        """Whether the grader did what it has to."""
        return not self.problems


@dataclass
class Summary:
    """All outcomes, and what they say about the checks."""

    week: int
    reports: list[Report] = field(default_factory=list)
    checks: tuple[str, ...] = ()

    @property
    def uncaught(self) -> list[str]:
        """Return the checks that no mutant fails."""
        caught = {name for r in self.reports if r.group == "mutants" for name in r.failed}
        return [name for name in self.checks if name not in caught]

    @property
    def ok(self) -> bool:
        """Whether every specimen came out as it has to."""
        return all(r.ok for r in self.reports) and not self.uncaught

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return per group how many came out right, of how many."""
        groups = dict.fromkeys(r.group for r in self.reports)
        return {
            g: (sum(r.ok for r in self.reports if r.group == g), sum(r.group == g for r in self.reports))
            for g in groups
        }


class Grader:
    """One process's resident grader.

    Args:
        week: whose checks are tried.
        stack: ends what it opens.
        measured: run gates and sanitizers for all variations, too.
    """

    def __init__(self, week: int, stack: ExitStack, measured: bool = False) -> None:
        self._week, self._all_measured = find_week(str(week)), measured
        self._resources = Resources.open(SEED, stack)
        # now, so that the fork server is running before anybody looks for what a specimen left behind
        readable = self._resources.cache.folders.readable()
        self._resources.canary = fly_canary(self._resources.zygote, readable, unsafe=False)
        self._runner = Runner(self._resources)

    def run(self, specimen: Specimen) -> Report:
        """Grade one specimen and judge the outcome."""
        started = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="grader-specimen-") as name:
            folder = Path(name)
            folder.chmod(0o755)
            try:
                root = build(specimen, ROOT, folder / "submission")
            except (OSError, ValueError) as error:
                return Report(specimen.group, specimen.name, (str(error),), 0.0)
            problems, result = self._judge(specimen, root)
        failed = [n for n, c in judge.verdicts(result).items() if c.verdict is Verdict.FAIL] if result else []
        seconds = time.perf_counter() - started
        points = result.points if result else 0.0
        return Report(specimen.group, specimen.name, tuple(problems), seconds, points, tuple(failed))

    def _measured(self, specimen: Specimen) -> bool:
        """Return whether gates and sanitizers are run: of mutants and variations for those that name one in FAILS."""
        if self._all_measured and specimen.group == "variations":
            return True
        checks = [(t, c) for t in self._week.tasks for c in t.checks]
        slow = {f"{t.id} {c.name}" for t, c in checks if isinstance(c, SLOW)}
        on_gpu = {task.id for task in self._week.tasks if task.device == "gpu"}  # without gates: quick enough
        named = slow & set(specimen.fails) or on_gpu & set(specimen.tasks)
        return specimen.group not in ("mutants", "variations") or bool(named)

    def _tasks(self, specimen: Specimen) -> tuple[str, ...]:
        """Return the tasks that are graded: those on the GPU only for mutants and variations that name one."""
        if specimen.tasks or specimen.group not in ("mutants", "variations"):
            return specimen.tasks
        on_gpu = [task.id for task in self._week.tasks if task.device == "gpu"]
        return tuple(task.id for task in self._week.tasks if task.id not in on_gpu) if on_gpu else ()

    def _may_be_slow(self) -> frozenset[str]:
        """Return the races that a right kernel may lose without saying so, where all variations are measured."""
        races = (f"{t.id} {c.name}" for t in self._week.tasks for c in t.checks if isinstance(c, FasterThan))
        return frozenset(races if self._all_measured else ())

    def _judge(self, specimen: Specimen, root: Path) -> tuple[list[str], Result | None]:
        before = traces.look((ROOT, root.parent))
        try:
            result = self._runner.grade(
                Request(
                    self._week,
                    root,
                    tasks=self._tasks(specimen),
                    quick_build=specimen.group != "reference",
                    left_out=() if self._measured(specimen) else SLOW,
                )
            )
        except Exception as error:  # whatever it is, a specimen has ended the grader
            return [f"ended the grader: {type(error).__name__}: {error}"], None
        if specimen.group == "reference":
            return judge.reference(result), result
        if specimen.group == "skeleton":
            return judge.skeleton(result), result
        if specimen.group == "mutants":
            return judge.mutant(specimen, result), result
        if specimen.group == "variations":
            return judge.variation(specimen, result, self._may_be_slow()), result
        left = traces.look((ROOT, root.parent)).left_by(before, _strangers())
        shown = judge.visible(result, _report(result), _console(result))
        return judge.attack(specimen, result, shown, (CANARY,), left), result


def _strangers() -> frozenset[int]:
    """Return the user ids whose new files can only be a submission's: those that workers get, or our own."""
    return frozenset({*range(60000, 62000), *({} if os.getuid() == 0 else {os.getuid()})})


def _report(result: Result) -> str:
    from grader.report.render import render_student

    return render_student(result)


def _console(result: Result) -> str:
    from rich.console import Console

    from grader.export.console import summary

    stream = io.StringIO()
    Console(file=stream, width=120).print(summary(result, limit=100))
    return stream.getvalue()


def specimens(week: int, folder: Path, groups: Iterable[str], only: str = "") -> list[Specimen]:
    """Return what there is to grade: the reference, the skeleton, and the corpus."""
    whole = {
        "reference": [Specimen("reference", "reference", "gets every point", week=week)],
        "skeleton": [Specimen("skeleton", "skeleton", "gets none", base="student", week=week)],
        **{group: corpus.load(folder, group, week) for group in corpus.GROUPS},
    }
    return [s for group in groups for s in whole[group] if only in s.name]


def validate(
    week: int,
    folder: Path,
    groups: Iterable[str],
    jobs: int,
    only: str = "",
    listener: Callable[[Report, int], None] | None = None,
    measured: bool = False,
) -> Summary:
    """Grade every specimen of the groups in `jobs` processes; `listener` gets each report and the total number.

    With `measured`, variations go through gates and sanitizers and may lose races against the reference, nothing else.
    """
    found = specimens(week, folder, groups, only)
    names = tuple(
        f"{t.id} {c.name}"
        for t in find_week(str(week)).tasks
        for c in t.checks
        if not isinstance(c, Unavailable)
    )
    summary = Summary(week, checks=names if "mutants" in groups and not only else ())
    with canary_planted():
        for report in _reports(week, found, jobs, measured):
            summary.reports.append(report)
            if listener is not None:
                listener(report, len(found))
    order = {(s.group, s.name): i for i, s in enumerate(found)}
    summary.reports.sort(key=lambda r: order[r.group, r.name])
    return summary


def _reports(week: int, found: list[Specimen], jobs: int, measured: bool) -> Iterator[Report]:
    if jobs == 1 or len(found) == 1:
        with ExitStack() as stack:
            grader = Grader(week, stack, measured)
            yield from map(grader.run, found)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(week, measured)) as pool:
        # attacks first: some run into limits of minutes, and one of them would be alone at the end
        longest_first = sorted(found, key=lambda s: s.group != "attacks")
        for future in as_completed([pool.submit(_one, s) for s in longest_first]):
            yield future.result()


_GRADER: Grader | None = None
_STACK = ExitStack()  # of a pool's process; kept, because what it holds ends when it is collected


def _start(week: int, measured: bool) -> None:
    global _GRADER
    _GRADER = Grader(week, _STACK, measured)  # ends with the process


def _one(specimen: Specimen) -> Report:
    assert _GRADER is not None
    return _GRADER.run(specimen)


@contextmanager
def canary_planted() -> Iterator[None]:
    """Put the canary string where an attack may look for it: environment, a file of the user's, the home folder."""
    os.environ[CANARY_VARIABLE] = CANARY
    with tempfile.TemporaryDirectory(prefix="grader-secret-") as folder:
        secret = Path(folder) / "answers.txt"
        secret.write_text(CANARY)
        os.environ["GRADER_VALIDATION_SECRET"] = str(secret)
        try:
            yield
        finally:
            del os.environ[CANARY_VARIABLE], os.environ["GRADER_VALIDATION_SECRET"]
