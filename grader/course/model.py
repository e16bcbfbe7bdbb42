"""The shape of the course: `Course > Week > Task > Check > Case`, frozen, without behaviour.

A check names what it needs by strings ("basics.softmax", "attention.grouped"), so that listing the course imports
neither torch nor mlx. How each kind of check is carried out is in `grader.run`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.policy.rules import Forbids
from grader.result import Tier
from grader.worker.wire import Array


@dataclass(frozen=True)
class Case:
    """One point of a check's grid.

    `axes` are the named values that the input builder reads. A hidden case has a seed that depends on the secret of
    the installation, and its axes are never shown as numbers.
    """

    axes: Mapping[str, Any]
    public: bool
    index: (
        int  # from 1, within the public or the hidden cases of the check; with the check it fixes the numbers
    )
    number: int = 0  # from 1, within the public cases of the task: what `grader check --case` takes

    def __getitem__(self, axis: str) -> Any:
        return self.axes[axis]

    def get(self, axis: str, default: Any = None) -> Any:
        """Return the value of an axis, or `default` if this case does not have it."""
        return self.axes.get(axis, default)


def grid(**axes: Iterable[Any]) -> tuple[dict[str, Any], ...]:
    """Return the product of the named axes, the last axis fastest."""
    names = list(axes)
    return tuple(dict(zip(names, values, strict=True)) for values in itertools.product(*axes.values()))


@dataclass(frozen=True)
class Checkpoint:
    """An argument that stands for the model tree of a checkpoint folder, built inside the worker.

    `name` is a folder of `models/` or one that the grader makes from the seed ("random-tied", ...).
    """

    name: str
    dtype: str = "float32"
    public: bool = True  # weights from the public seed, otherwise from the secret one


@dataclass(frozen=True)
class Layer:
    """An argument that stands for a 4-bit layer of an MLX model: `weight, scales, biases, group_size, bits`."""

    weight: Array  # uint32 [out, in / 8]
    scales: Array  # [out, in / group_size]
    biases: Array
    group_size: int = 64
    bits: int = 4


@dataclass(frozen=True)
class Strided:
    """An array that is not contiguous in the worker: two axes lie in memory the other way round.

    A kernel that reads it as if it were contiguous sees the numbers in the order in which they lie.
    """

    array: Array  # as the submission sees it
    axes: tuple[int, int] = (-1, -2)

    @property
    def dtype(self) -> str:
        """The dtype of the array."""
        return self.array.dtype


@dataclass(frozen=True)
class Made:
    """An argument that the submission makes itself: `target.method(argument)`, kept in the worker."""

    target: str  # "quantize.QuantizedWeights"
    method: str  # "from_mlx_layer"
    argument: Layer


@dataclass(frozen=True)
class Call:
    """One call: of a function, or of an object that is constructed first.

    `init` and `args` go by position in this order, `init_by_name` and `by_name` by keyword. An oracle receives all of
    them by name, arrays as float64 tensors.
    """

    args: Mapping[str, Any]
    by_name: Mapping[str, Any] = field(default_factory=dict)
    init: Mapping[str, Any] | None = None
    init_by_name: Mapping[str, Any] = field(default_factory=dict)
    method: str | None = None  # a method of the object in place of its __call__
    dtype: str = "float32"  # the precision at which the answer is judged

    def named(self) -> dict[str, Any]:
        """Return every argument by name, those of the constructor first."""
        return {**(self.init or {}), **self.init_by_name, **self.args, **self.by_name}


Builder = Callable[[Case, np.random.Generator], Call]


@dataclass(frozen=True)
class Check:
    """What every kind of check has."""

    name: str  # unique within its task; mutants name it
    sentence: str  # what the student reads
    tier: Tier = Tier.CORE
    points: float = 0.0
    deadline_s: float = 5.0
    needs: tuple[str, ...] = ()  # tasks that this check needs besides those of its task

    @property
    def public_cases(self) -> int:
        """How many numbers of the task's public cases this check takes."""
        return 1


@dataclass(frozen=True)
class CaseCheck(Check):
    """A check over a grid of cases, each one call of the target."""

    target: str = ""  # "basics.softmax"
    inputs: Builder | None = None
    public: tuple[dict[str, Any], ...] = ()
    hidden: tuple[dict[str, Any], ...] = ()

    @property
    def public_cases(self) -> int:
        """How many public cases there are."""
        return len(self.public)

    def cases(self, include_hidden: bool, first: int = 1) -> Iterator[Case]:
        """Yield the public cases, numbered from `first`, then the hidden ones if asked for."""
        for index, axes in enumerate(self.public, start=1):
            yield Case(axes, True, index, first + index - 1)
        if include_hidden:
            for index, axes in enumerate(self.hidden, start=1):
                yield Case(axes, False, index)


@dataclass(frozen=True)
class Matches(CaseCheck):
    """The result equals the oracle's within the tolerance of the input's precision."""

    oracle: str = ""  # "basics.softmax" in grader.oracles
    tolerance: str = ""  # a row of grader.course.tolerances
    mistakes: tuple[str, ...] = ()  # named wrong oracles, tried in this order
    axis_names: tuple[str, ...] = ()  # of the result, from the right: used to say where it is wrong


@dataclass(frozen=True)
class Unchanged(CaseCheck):
    """The call leaves the caller's arrays as they were."""


@dataclass(frozen=True)
class KeepsDtype(CaseCheck):
    """The result has the dtype of the input."""


@dataclass(frozen=True)
class Rejects(CaseCheck):
    """Bad input raises instead of answering."""


@dataclass(frozen=True)
class Equivalent(CaseCheck):
    """Two ways of the submission's own agree: `inputs` builds the first call, `other` the second."""

    other: Builder | None = None
    tolerance: str = ""
    magnitude: str = ""  # the oracle that supplies the magnitude only


@dataclass(frozen=True)
class Allowed(Check):
    """The submission's C++ op computes the task's target, and nothing does that the task forbids.

    Worth nothing by itself; if it fails, the whole task earns nothing. It stands before the checks with points.
    """

    op: str = ""  # the name of its C++ file


@dataclass(frozen=True)
class Measured(Check):
    """A gate: measures speed or memory. Only what computes right is measured."""


@dataclass(frozen=True)
class Rival:
    """What a gate is measured against: a function of the reference, with arguments before those of a call."""

    name: str  # "rung 2": in messages and beside bars
    target: str  # "ladder.quantized_matmul"
    lead: tuple[Any, ...] = ()


@dataclass(frozen=True)
class FasterThan(Measured):
    """On one shape, a call takes at most `threshold` times as long as the rival's, in CPU and wall time."""

    target: str = ""
    inputs: Builder | None = None
    axes: Mapping[str, Any] = field(default_factory=dict)  # one shape
    rival: Rival = Rival("", "")
    beside: tuple[Rival, ...] = ()  # measured for the report only
    threshold: float = 1.15  # largest ratio that passes
    oracle: str = ""  # judges every timed result
    tolerance: str = ""
    idle: str = ""  # the argument that is as large as the result: what an idle call hands back
    flops: float = 0.0  # of one call
    moved_bytes: float = 0.0  # least memory traffic of one call
    group: str = ""  # of the report's bars: "2.2 quantized matmul, 4 bit, group 64, K = 896, N = 896"
    label: str = ""  # "M = 1, float32"


@dataclass(frozen=True)
class ScalesLike(Measured):
    """With the submission's caches a token late in a text costs at most `threshold` times as much as an early one."""

    checkpoint: str = ""  # a random one, made from the secret seed
    positions: tuple[int, int] = (50, 500)
    threshold: float = 1.5  # largest ratio that passes
    group: str = ""
    label: str = ""


@dataclass(frozen=True)
class UsesAtMost(Measured):
    """A call's own memory stays under a bound that no matrix of scores fits into."""

    target: str = ""
    inputs: Builder | None = None
    axes: tuple[Mapping[str, Any], ...] = ()  # sizes, the last one is judged; the first warms up
    bound_bytes: float = 0.0  # beyond arguments and process
    oracle: str = ""
    tolerance: str = ""
    against: str = ""  # what the bound is made of
    group: str = ""
    labels: tuple[str, ...] = ()  # one for each size


@dataclass(frozen=True)
class GainsFromBatch(Measured):
    """Several requests together have at least `threshold` times the throughput that they have one after another."""

    checkpoint: str = ""
    requests: int = 4
    prompt: int = 6  # tokens
    tokens: int = 12  # of each answer
    threshold: float = 1.5  # smallest ratio that passes
    group: str = ""
    label: str = ""


@dataclass(frozen=True)
class Unavailable(Check):
    """What cannot be graded here: SKIPPED with the reason, and worth no points."""

    reason: str = ""


@dataclass(frozen=True)
class Builds(Check):
    """The C++ op compiles and is in the module; the first public case of the task finds it implemented.

    In a task on the GPU the Metal files that the op needs have to compile, too.
    """

    op: str = ""  # "quantized_matmul"


@dataclass(frozen=True)
class Sanitized(CaseCheck):
    """The cases, run with AddressSanitizer and UndefinedBehaviorSanitizer: a finding fails, numbers are not judged."""


@dataclass(frozen=True)
class Scenario(Check):
    """Anything else: a function `(bench) -> None` in `grader.course`, named "generation.stops_at_eos".

    Its docstring says what it expects. It raises `grader.run.findings.Failed` with a message.
    """

    function: str = ""
    mistakes: tuple[str, ...] = ()  # named wrong oracles of what `function` judges, tried in this order


@dataclass(frozen=True)
class Task:
    """One task of the course: what it targets, what it is worth and how it is checked."""

    id: str
    title: str
    day: int
    target: str  # the main target, for "not implemented" and for the reader
    checks: tuple[Check, ...]
    needs: tuple[str, ...] = ()
    blanks: tuple[str, ...] = ()  # what the skeleton leaves to the student
    forbids: Forbids | None = None
    device: str = "cpu"  # "gpu": calls are made with the GPU as MLX's default device

    def first_case(self, check: Check) -> int:
        """Return the number of the first public case of a check: cases are numbered through the task."""
        before = itertools.takewhile(lambda c: c is not check, self.checks)
        return 1 + sum(c.public_cases for c in before)

    @property
    def max_points(self) -> float:
        """Core points."""
        return sum(c.points for c in self.checks if c.tier is Tier.CORE)

    @property
    def max_extra_points(self) -> float:
        """Points of the edge checks."""
        return sum(c.points for c in self.checks if c.tier is Tier.EDGE)


@dataclass(frozen=True)
class Week:
    """One week: tasks in the order in which they are graded."""

    number: int
    title: str
    days: Mapping[int, str]
    tasks: tuple[Task, ...]
    ops: tuple[str, ...] = ()  # C++ ops that a submission has to bring; nothing is built if there are none

    def task(self, task_id: str) -> Task:
        """Return the task with this id.

        Raises:
            KeyError: no such task.
        """
        for task in self.tasks:
            if task.id == task_id:
                return task
        raise KeyError(task_id)


@dataclass(frozen=True)
class Course:
    """All weeks."""

    title: str
    weeks: tuple[Week, ...]
