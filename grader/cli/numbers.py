"""The numbers of one public case: its inputs, and the wrong elements with expected and got side by side.

Makes the call once more, in a worker of its own, since a result holds messages and no arrays. Public cases only: the
caller has to have opened its resources with the public seed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich import box
from rich.table import Table

from grader.course.arrays import numbers
from grader.course.model import Case, CaseCheck, Check, Equivalent, Matches, Task, Week
from grader.run.built import prepare
from grader.run.compare import Target, form, outside, values
from grader.run.describe import argument
from grader.run.runner import Resources, worker_spec
from grader.run.session import Session
from grader.worker.faults import Fault
from grader.worker.submission import find as find_submission
from grader.worker.submission import snapshot
from grader.worker.wire import Array

SHOWN_ELEMENTS = 8
SHOWN_INPUTS = 12  # elements of an input that are printed before it is cut
NUMERIC = ("wrong-values", "nan", "infinite")  # the kinds of finding that have numbers to show


@dataclass(frozen=True)
class Numbers:
    """What one case gave: everything that `wrong_elements` shows."""

    inputs: Mapping[str, Any]
    got: npt.NDArray[Any]
    target: Target
    wrong: npt.NDArray[np.bool_]
    names: tuple[str, str] = ("expected", "got")


class Replay:
    """Makes public calls on a submission again. A context manager."""

    def __init__(self, submission: Path, week: Week, resources: Resources, unsafe: bool = False) -> None:
        self._resources, self._stack = resources, ExitStack()
        folder = Path(
            self._stack.enter_context(
                tempfile.TemporaryDirectory(prefix="grader-submission-", dir=resources.place)
            )
        )
        folder.chmod(0o755)
        copy = snapshot(find_submission(submission), folder / "snapshot")
        folders = resources.cache.folders
        spec = worker_spec(copy, folders.readable(), unsafe, prepare(copy, week, folder))
        self._session = self._stack.enter_context(Session(spec, resources.zygote, folders))

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def numbers(self, task: Task, check: Check, number: int) -> Numbers | None:
        """Return the numbers of a public case, None if it has none: no array, no answer, another kind of check."""
        if not isinstance(check, Matches | Equivalent):
            return None
        case = next((c for c in check.cases(False, task.first_case(check)) if c.number == number), None)
        if case is None:
            return None
        self._session.on(task.device)
        try:
            return (
                self._matches(task, check, case)
                if isinstance(check, Matches)
                else self._equivalent(task, check, case)
            )
        except Fault:
            return None

    def _matches(self, task: Task, check: Matches, case: Case) -> Numbers | None:
        call, _, want = self._resources.cache.get(task.id, check, case)
        reply = self._session.invoke(check.target, call, public=True, deadline_s=check.deadline_s)
        return _compared(call.named(), reply.value, want)

    def _equivalent(self, task: Task, check: Equivalent, case: Case) -> Numbers | None:
        cache = self._resources.cache
        call = cache.build(task.id, check, case)
        other = cache.other(task.id, check, case)
        first, second = (self._value(check, made) for made in (call, other))
        if not isinstance(first, Array):
            return None
        twin = cache.twin(task.id, check, case, values(first))
        return _compared(call.named(), second, twin, ("one way", "the other"))

    def _value(self, check: CaseCheck, call: Any) -> Any:
        return self._session.invoke(check.target, call, public=True, deadline_s=check.deadline_s).value


def _compared(
    inputs: Mapping[str, Any], value: object, want: Target, names: tuple[str, str] = ("expected", "got")
) -> Numbers | None:
    if form(value, want) is not None:
        return None
    got = values(value)
    wrong = outside(got, want.value, want.bound)
    return Numbers(inputs, got, want, wrong, names) if wrong.any() else None


def wrong_elements(found: Numbers, limit: int = SHOWN_ELEMENTS) -> Table:
    """Return a table of the first `limit` wrong elements: index, expected, got, difference, what is allowed."""
    count = int(found.wrong.sum())
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for name in ("index", *found.names, "difference", "allowed"):
        table.add_column(name, justify="left" if name == "index" else "right", no_wrap=True)
    for index in np.argwhere(found.wrong)[:limit]:
        place = tuple(int(i) for i in index)
        want, got = found.target.value[place], found.got[place]
        table.add_row(f"[{', '.join(map(str, place))}]".replace("[", "\\["), *_cells(want, got, found, place))
    if count > limit:
        table.caption = f"the first {limit} of {count:,} wrong elements"
        table.caption_justify = "left"
    return table


def _cells(want: Any, got: Any, found: Numbers, place: tuple[int, ...]) -> Iterator[str]:
    with np.errstate(invalid="ignore", over="ignore"):
        difference = float(got) - float(want)
    yield _number(want)
    yield _number(got)
    yield f"{difference:+.2g}"
    yield "none" if found.target.exact else f"{float(found.target.bound[place]):.2g}"


def inputs(found: Numbers) -> list[str]:
    """Return one line per argument: its numbers if they are few, otherwise the first of them."""
    return [f"{name} = {_input(value)}" for name, value in found.inputs.items()]


def _input(value: Any) -> str:
    if not isinstance(value, Array):
        return argument(value)
    flat = numbers(value).reshape(-1)
    cut = ", ..." if flat.size > SHOWN_INPUTS else ""
    return f"{argument(value)} {', '.join(_number(v) for v in flat[:SHOWN_INPUTS])}{cut}"


def _number(value: Any) -> str:
    return f"{value:.7g}" if np.asarray(value).dtype.kind == "f" else str(value)
