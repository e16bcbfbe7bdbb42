"""Failures of a class, clustered by what is wrong.

A cluster counts students, each once. A proved hint goes first: the same hint is one cluster, in whatever checks and
tasks it shows. Without one, failures are taken together if task, kind, region and the text of the answer are the same
but for numbers. What is not written, what a limit ended and what is too slow are told apart from what is wrong.
Pure; knows nothing about pages. Texts are the student report's, hidden cases included: nothing else is looked at.
"""

from __future__ import annotations

import builtins
import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.class_result import ClassResult
from grader.report.advice import NOT_WRITTEN
from grader.result import CheckResult, Result, TaskResult, Tier, Verdict

PROOF = " (reproduces your numbers)"
GUESS = "usually: "  # begins a hint that says what a symptom usually comes from: it proves nothing
LIMITS = ("timeout", "crash", "exit", "memory", "output", "threads", "protocol")
# kinds whose answer consists of the grader's own words and numbers
MEASURED = frozenset(
    {"wrong-values", "wrong-shape", "wrong-dtype", "nan", "none", "too-slow", "impossible-speed"}
)
GATES = ("too-slow", "impossible-speed", "too-much-memory", "wrong-values-while-timed", "traffic")


class Sort(str, enum.Enum):
    """What sort of cause a cluster has, in the order in which they are told."""

    PROVED = "proved"  # a hint that holds for each member
    ALIKE = "alike"  # the same symptom, nobody knows why
    ENDED = "ended"  # a limit or a crash ended the call
    GATE = "gate"  # right, but too slow, too large, or caught by a gate
    UNWRITTEN = "unwritten"


WORDS = {
    "not-implemented": "not written",
    "missing": "not written",
    "none": "None is returned",
    "nan": "NaN where a number is expected",
    "accepted": "bad input is accepted",
    "import": "an import fails",
    "error": "an exception",
    "forbidden": "uses what the task forbids",
    "timeout": "no answer within the time limit",
    "crash": "the process crashes",
    "exit": "the process exits",
    "memory": "the memory limit ends it",
    "output": "prints more than the limit",
    "threads": "starts more threads than the limit",
    "protocol": "writes on the grader's channel",
    "too-slow": "slower than the gate",
    "impossible-speed": "faster than the machine can be",
    "too-much-memory": "more memory than the gate",
    "wrong-values-while-timed": "wrong values while timed",
    "traffic": "moves more than the gate",
    "sanitizer": "leaves its arrays (sanitizer)",
    "unavailable": "nothing here can judge it",
}


@dataclass(frozen=True)
class Cause:
    """Why a task fails: the key of a cluster, and its words."""

    sort: Sort
    key: tuple[str, ...]
    words: str  # the grader's own
    remedy: str = ""  # what to say; the grader's own
    answer: str = ""  # of the one in whose result it stands
    foreign: bool = False  # whether the answer may hold the submission's text


@dataclass(frozen=True)
class Cluster:
    """Students whose failures have one cause."""

    cause: Cause
    students: tuple[str, ...]  # ids, in the order of the roster
    tasks: tuple[TaskResult, ...]  # in which it shows; the first one that has it, for id and title
    points: float  # core points that these tasks lost
    extra: float  # extra points that are lost in tasks that pass
    waiting: tuple[str, ...]  # ids of skipped tasks behind, by number of students
    behind: int  # skipped verdicts behind
    also: tuple[
        str, ...
    ] = ()  # words of other proved causes that the same students have, in the order of the week

    @property
    def several(self) -> bool:
        """Whether it holds more than one student."""
        return len(self.students) > 1


def clusters(result: ClassResult) -> tuple[Cluster, ...]:
    """Return the clusters of the counted attempts, by sort; those that cost core points first, of them the largest."""
    found: dict[tuple[str, ...], _Members] = {}
    for grade in result.grades:
        run = grade.counted.result if grade.counted is not None else None
        if run is None:
            continue
        for task in run.by_day:
            for cause in causes(task):
                found.setdefault(cause.key, _Members(cause)).add(grade.student.id, task, run)
    order = list(Sort)
    made = [members.cluster() for members in _together(found.values())]
    return tuple(
        sorted(made, key=lambda c: (order.index(c.cause.sort), not c.points, -len(c.students), c.tasks[0].id))
    )


def _together(found: Iterable[_Members]) -> list[_Members]:
    """Tell as one the proved causes that are one mistake seen twice; the first one names it."""
    kept: list[_Members] = []
    for members in found:
        first = next((other for other in kept if _is_one_mistake(other, members)), None)
        if first is None:
            kept.append(members)
        else:
            first.take(members)
    return kept


def _is_one_mistake(one: _Members, other: _Members) -> bool:
    """Return whether exactly the same students have both, in the same tasks or in nearly the same words.

    One student says nothing about what belongs together: there only the words do.
    """
    if {one.cause.sort, other.cause.sort} != {Sort.PROVED} or set(one.students) != set(other.students):
        return False
    words = [set(members.cause.words.split()) for members in (one, other)]
    alike = words[0] <= words[1] or words[1] <= words[0]
    return alike or (len(one.students) > 1 and set(one.tasks) == set(other.tasks))


class _Members:
    """A cluster while it grows."""

    def __init__(self, cause: Cause) -> None:
        self.cause = cause
        self.students: dict[str, set[str]] = {}  # id: skipped tasks behind, each once
        self.tasks: dict[str, TaskResult] = {}
        self.lost: dict[tuple[str, str], tuple[float, float]] = {}  # (student, task): points, extra points
        self.also: list[str] = []

    def add(self, student: str, task: TaskResult, run: Result) -> None:
        behind = self.students.setdefault(student, set())
        behind |= waiting(run, task)
        self.tasks.setdefault(task.id, task)
        self.lost[student, task.id] = (
            max(task.max_points - task.points, 0.0) if task.verdict is Verdict.FAIL else 0.0,
            _lost_extra(task) if task.verdict is Verdict.PASS else 0.0,
        )

    def take(self, other: _Members) -> None:
        """Add another cause of the same students."""
        for student, behind in other.students.items():
            self.students[student] |= behind - set(self.tasks)
        self.tasks = {**self.tasks, **other.tasks}
        self.lost.update(other.lost)
        if other.cause.words != self.cause.words and other.cause.words not in self.also:
            self.also.append(other.cause.words)

    def cluster(self) -> Cluster:
        counts: dict[str, int] = {}
        for behind in self.students.values():
            for task in sorted(behind):
                counts[task] = counts.get(task, 0) + 1
        return Cluster(
            cause=self.cause,
            students=tuple(self.students),
            tasks=tuple(self.tasks.values()),
            points=round(sum(points for points, _ in self.lost.values()), 4),
            extra=round(sum(extra for _, extra in self.lost.values()), 4),
            waiting=tuple(sorted(counts, key=lambda task: (-counts[task], task))),
            behind=sum(counts.values()),
            also=tuple(self.also),
        )


def waiting(run: Result, task: TaskResult) -> frozenset[str]:
    """Return the skipped tasks that need `task`, directly or not; none if it passes."""
    if task.verdict is not Verdict.FAIL:
        return frozenset()
    behind = {task.id}
    for _ in run.tasks:  # at most as many steps as there are tasks
        more = {t.id for t in run.tasks if t.verdict is Verdict.SKIPPED and behind & set(t.needs)}
        if more <= behind:
            break
        behind |= more
    return frozenset(behind - {task.id})


def causes(task: TaskResult) -> tuple[Cause, ...]:
    """Return why core or edge checks of a task fail; none if they do not.

    Each proved hint is a cause. Where there is none, the first failing check speaks for the task: what comes after it
    is as a rule the same mistake seen again.
    """
    failing = list(_failing(task))
    proved = {cause.key: cause for check in failing if (cause := _proved(check)) is not None}
    if proved:
        return tuple(proved.values())
    return (_symptom(task, failing[0]),) if failing else ()


def _failing(task: TaskResult) -> Iterator[CheckResult]:
    if task.verdict is Verdict.FAIL:
        yield from (c for c in task.checks if c.tier is Tier.CORE and c.verdict is Verdict.FAIL)
    if task.verdict in (Verdict.FAIL, Verdict.PASS):
        yield from (c for c in task.checks if c.tier is Tier.EDGE and c.verdict is Verdict.FAIL)


def _lost_extra(task: TaskResult) -> float:
    edge = (c for c in task.checks if c.tier is Tier.EDGE and c.verdict is Verdict.FAIL)
    return sum(max(c.max_points - c.points, 0.0) for c in edge)


def _proved(check: CheckResult) -> Cause | None:
    message = check.message
    if message is None or not message.hint or message.hint.startswith(GUESS) or message.kind in NOT_WRITTEN:
        return None
    hint = message.hint.removesuffix(PROOF)
    words, _, remedy = hint.partition("; ")
    return Cause(Sort.PROVED, ("hint", general(hint)), words, remedy)


def _symptom(task: TaskResult, check: CheckResult) -> Cause:
    message = check.message
    if message is None:
        return Cause(Sort.ALIKE, ("silent", task.id), "fails without a message")
    words = WORDS.get(message.kind, message.kind.replace("-", " "))
    foreign = message.kind not in MEASURED
    if message.kind in NOT_WRITTEN:
        return Cause(Sort.UNWRITTEN, ("unwritten", task.id), words)
    if message.kind in GATES or message.kind in LIMITS:
        sort = Sort.GATE if message.kind in GATES else Sort.ENDED
        return Cause(sort, (message.kind, task.id), words, _remark(message.hint), message.got, foreign)
    key = (message.kind, task.id, general(message.region), general(message.got))
    named = re.match(r"[A-Za-z]{1,40}", message.got)
    if message.kind == "error" and named and _is_builtin(named[0]):
        words = f"{words}: {named[0]}"
    elif message.region:
        words = f"{words}, {message.region}"
    return Cause(Sort.ALIKE, key, words, _remark(message.hint), message.got, foreign)


def _remark(hint: str) -> str:
    return hint.removesuffix(PROOF)


def _is_builtin(name: str) -> bool:
    known = getattr(builtins, name, None)
    return isinstance(known, type) and issubclass(known, BaseException)


_NUMBER = re.compile(r"[-+]?(?:\d[\d,]*\.?\d*(?:e[-+]?\d+)?|\binf\b|\bnan\b)%?", re.IGNORECASE)
_SERIES = re.compile(r"#(?:(?:, | and | to |-|\s)#)+")
_DTYPE = re.compile(r"\b(?:b?float|u?int|complex)\d+\b")


def general(text: str) -> str:
    """Return a text without what differs from case to case: numbers, series of them, and widths of dtypes.

    >>> general("float32[2, 5], 3 of 10 elements; heads 1, 3 only")
    'dtype[#], # of # elements; heads # only'
    """
    text = _DTYPE.sub("dtype", " ".join(text.split()))
    return _SERIES.sub("#", _NUMBER.sub("#", text))[:400]


def tally(result: ClassResult) -> dict[Sort, int]:
    """Count the failing tasks of all students by the sort of their first cause."""
    counts = dict.fromkeys(Sort, 0)
    for attempt in result.graded:
        for task in attempt.result.tasks if attempt.result is not None else ():
            found = causes(task) if task.verdict is Verdict.FAIL else ()
            if found:
                counts[found[0].sort] += 1
    return counts


def first_failing(run: Result) -> tuple[TaskResult, Cause] | None:
    """Return the first failing task whose needs pass, in the order of days, and its first cause."""
    broken = {t.id for t in run.tasks if t.verdict in (Verdict.FAIL, Verdict.SKIPPED)}
    failing = [task for task in run.by_day if task.verdict is Verdict.FAIL]
    ready = [task for task in failing if not broken & set(task.needs)]
    task = next(iter(ready or failing), None)
    if task is None:
        return None
    found = causes(task)
    return task, found[0] if found else Cause(Sort.ALIKE, ("silent", task.id), "fails without a message")
