"""Carries out the checks on Metal kernels: what a worker tells of their dispatches is run again elsewhere.

Knows sessions, replays and findings; what a diagnostic is called in words stands in `metal_messages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from grader import paths
from grader.course.metal import OnGpu, Safe, Traffic
from grader.course.model import Call, Case, CaseCheck
from grader.metal_result import Count
from grader.run import metal_messages as words
from grader.run.findings import Finding
from grader.run.metal_counts import compared, counted
from grader.run.rivals import NoRival, Rivals
from grader.run.session import Checkpoints, Session
from grader.worker.captures import Dispatch
from grader.worker.client import Reply
from grader.worker.faults import Fault
from grader.worker.replays import COUNTED, PLAIN, SAFETY, Replayed, Replayer, Setting
from grader.worker.wire import Array

LEAST_BYTES = 16  # an answer of fewer may lie anywhere by chance
MAX_NOTES = 10


@dataclass(frozen=True)
class Told:
    """What one call gave: an answer or a fault, and what the worker says about its dispatches."""

    reply: Reply | Fault
    dispatches: tuple[Dispatch, ...]

    @property
    def printed(self) -> str:
        """What the submission printed."""
        return self.reply.printed


class Metal:
    """The checks on Metal kernels of one submission.

    Args:
        session: calls on it.
        rivals: the reference, for counts; None if there is none.
        folders: of checkpoints.
    """

    def __init__(self, session: Session, rivals: Rivals | None, folders: Checkpoints) -> None:
        self._session, self._rivals, self._folders = session, rivals, folders
        self._replayer: Replayer | None = None
        self._notes: list[str] = []

    def on_gpu(self, task: str, check: OnGpu, call: Call, case: Case) -> tuple[Finding | None, str]:
        """Return why an answer does not come from the submission's Metal kernels, and what was printed.

        Raises:
            Fault: what the submission did in place of answering.
        """
        told = self._told(check, call, case)
        if isinstance(told.reply, Fault):
            raise told.reply
        if not isinstance(told.reply.value, Array):
            return Finding("wrong-type", words.COMPUTED, "no array"), told.printed
        if not told.dispatches:
            return words.nothing_launched(), told.printed
        answer = told.reply.value
        if handed_over(answer, told.dispatches, call):
            return words.handed_over(), told.printed
        done = self._run(told.dispatches, (PLAIN,))
        broken = next((one for one in done if one.fault), None)
        if broken is not None:
            return words.broken(broken), told.printed
        if not came_out(answer, done):
            self._note(
                f"task {task}: no Metal kernel's output is the answer of {check.target}: what makes it one?"
            )
        return None, told.printed

    def safe(self, check: Safe, call: Call, case: Case) -> tuple[Finding | None, str]:
        """Return the first rule that a thread breaks, and what was printed.

        Raises:
            Fault: what the submission did in place of answering, if its kernels keep the rules.
        """
        told = self._told(check, call, case)
        for one in self._run(told.dispatches, SAFETY):
            if one.fault and not check.soft:
                return words.broken(one), told.printed
            for found in one.diagnostics:
                if words.is_soft(found) == check.soft:
                    return words.finding(found, one, self._files()), told.printed
        if isinstance(told.reply, Fault):
            raise told.reply
        return (None if told.dispatches else words.nothing_launched()), told.printed

    def traffic(
        self, check: Traffic, call: Call, case: Case, into: list[Count]
    ) -> tuple[Finding | None, str]:
        """Return which count is over its limit, and what was printed; the counts go `into` a list.

        Raises:
            Fault: what the submission did in place of answering.
            NoRival: there is no reference to compare with.
        """
        told = self._told(check, call, case)
        if isinstance(told.reply, Fault):
            raise told.reply
        if not told.dispatches:
            return words.nothing_launched(), told.printed
        done = self._run(told.dispatches, (COUNTED,))
        broken = next((one for one in done if one.fault), None)
        if broken is not None:
            return words.broken(broken), told.printed
        counts = compared(check, words.sizes(case), counted(done), self._reference(check, call, case))
        into += counts
        over = next((c for c in counts if c.limit is not None and c.ratio > c.limit), None)
        return (None if over is None else words.over(over)), told.printed

    def notes(self) -> tuple[str, ...]:
        """Return what staff should look at."""
        return tuple(f"for staff: {note}" for note in self._notes[:MAX_NOTES])

    def _told(self, check: CaseCheck, call: Call, case: Case) -> Told:
        return told(self._session, check, call, case.public)

    def _run(self, dispatches: Sequence[Dispatch], settings: Sequence[Setting]) -> list[Replayed]:
        replayer = self._submission()
        return replayer.run(dispatches, settings) if replayer is not None else []

    def _submission(self) -> Replayer | None:
        built = self._session.built
        if self._replayer is None and built is not None and built.folder is not None:
            self._replayer = Replayer(built.folder, paths.builds(), self._session.spec.unsafe)
        return self._replayer

    def _files(self) -> dict[str, bytes]:
        replayer = self._submission()
        return replayer.files if replayer is not None else {}

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)

    def _reference(self, check: CaseCheck, call: Call, case: Case) -> dict[str, float]:
        """Return the counts of the reference on the same call, made once for all submissions."""
        if self._rivals is None:
            raise NoRival("there is no reference to compare with here")
        key = (check.target, check.name, case.index)
        if key not in self._rivals.counts:
            spec = replace(self._rivals.spec(), device="gpu")
            built = spec.built
            if built is None or built.folder is None:
                raise NoRival("the reference has no Metal kernels")
            with Session(spec, self._rivals.zygote, self._folders) as session:
                heard = told(session, check, call, case.public)
            if isinstance(heard.reply, Fault) or not heard.dispatches:
                raise NoRival("the reference does not run on the GPU here")
            done = Replayer(built.folder, paths.builds()).run(heard.dispatches, (COUNTED,))
            fault = next((one.fault for one in done if one.fault), "")
            if fault:
                raise NoRival(f"the reference's kernel cannot be counted here: {fault}")
            self._rivals.counts[key] = counted(done)
        return self._rivals.counts[key]


def told(session: Session, check: CaseCheck, call: Call, public: bool) -> Told:
    """Make a call with its dispatches recorded."""
    reply: Reply | Fault
    worker = session.worker(public)
    worker.record()
    try:
        reply = session.invoke(check.target, call, public=public, deadline_s=check.deadline_s)
    except Fault as fault:
        if fault.kind != "ERROR":
            return Told(fault, ())
        reply = fault
    return Told(reply, worker.recorded() if worker.alive else ())


def handed_over(answer: Array, dispatches: Iterable[Dispatch], call: Call) -> bool:
    """Tell whether a kernel was given the answer, although no kernel before it and no argument has these bytes."""
    data = answer.data
    if len(data) < LEAST_BYTES or len(set(data)) < LEAST_BYTES // 2:
        return False
    if any(data in array.data for array in _arrays(call.named().values())):
        return False
    made = False
    for dispatch in dispatches:
        if not made and any(data in b.before for b in dispatch.bindings):
            return True
        made = made or any(data in b.after for b in dispatch.bindings)
    return False


def _arrays(values: Iterable[object]) -> Iterable[Array]:
    for value in values:
        if isinstance(value, Array):
            yield value
        elif hasattr(value, "__dict__"):
            yield from _arrays(vars(value).values())


def came_out(answer: Array, done: Sequence[Replayed]) -> bool:
    """Tell whether an output of a kernel is the answer: its bytes, or its numbers in another dtype or order."""
    outputs = [data for one in done for data in one.outputs.values()]
    if any(answer.data in data for data in outputs):
        return True
    wanted = _numbers(answer.data, answer.dtype)
    return any(_same_numbers(wanted, data, answer.dtype) for data in outputs)


def _same_numbers(wanted: npt.NDArray[np.float32], data: bytes, dtype: str) -> bool:
    for kind in _READERS:
        if wanted.size and len(data) == wanted.size * _ITEM[kind]:
            cast = _rounded(_numbers(data, kind), dtype)
            if np.array_equal(np.sort(cast), np.sort(wanted), equal_nan=True):
                return True
    return False


_ITEM = {"float32": 4, "float16": 2, "bfloat16": 2}
_READERS: tuple[str, ...] = tuple(_ITEM)


def _numbers(data: bytes, dtype: str) -> npt.NDArray[np.float32]:
    if dtype == "bfloat16":
        return (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, dtype if dtype in _ITEM else np.uint8).astype(np.float32)


def _rounded(values: npt.NDArray[np.float32], dtype: str) -> npt.NDArray[np.float32]:
    if dtype == "bfloat16":
        bits = values.view(np.uint32)
        return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    with np.errstate(over="ignore"):
        return values.astype(dtype if dtype in _ITEM else np.float32).astype(np.float32)
