"""Builds what a week needs of a submission's C++ kernels, and judges whether an op is there."""

from __future__ import annotations

from pathlib import Path

from grader import paths
from grader.course.model import Builds, Call, CaseCheck, Task, Week
from grader.result import Message, Verdict
from grader.run import describe
from grader.run.outcome import Outcome
from grader.run.session import Session
from grader.worker import sanitizer
from grader.worker.build import Built, build
from grader.worker.build_units import KINDS
from grader.worker.faults import Fault
from grader.worker.submission import Snapshot

MAX_NOTES = 10


def prepare(
    copy: Snapshot, week: Week, folder: Path, *, quick: bool = False, unsafe: bool = False
) -> Built | None:
    """Build the kernels of a snapshot for a week, or take them from the cache; None if the week has none.

    Args:
        copy: The submission's copy.
        week: Names the ops.
        folder: The run's folder, which gets the module in a folder of its own.
        quick: Compile marked regions for this machine's widest instruction set only: for validation, not for gates.
        unsafe: Go on although a required layer of the compiler's sandbox is missing.

    Raises:
        CannotJudge: no compiler, a broken toolchain, a folder that cannot be written.
    """
    if not week.ops:
        return None
    return build(copy, week.ops, folder / "built", paths.builds(), quick=quick, unsafe=unsafe)


def judge_build(
    check: Builds,
    task: Task,
    session: Session,
    first: CaseCheck | None = None,
    call: Call | None = None,
) -> Outcome:
    """Return whether an op compiles, is in the module, and is more than the skeleton's.

    Args:
        check, task: What is asked.
        session: The submission, with its kernels built.
        first, call: A public call of the task; if it is not implemented, the op is not done either.
    """
    built = session.built or Built(missing={check.op: "is not built"})
    if check.op in built.missing:
        kind = "does-not-compile" if built.folder is not None else "missing"
        return _failed(
            check, task, kind, built.messages.get(check.op) or f"{check.op} {built.missing[check.op]}"
        )
    if task.device == "gpu":
        kind, why = metal_problem(built, check.op)
        if why:
            return _failed(check, task, kind, why)
    try:
        there = session.worker().exports(check.op)
    except Fault as fault:
        finding = describe.fault(fault, check.sentence, check.deadline_s)
        return _failed(check, task, finding.kind, f"the module does not load: {finding.got}", fault.traceback)
    if not there:
        return _failed(check, task, "missing", f"the module that was built has no {check.op}")
    if first is not None and call is not None:
        try:
            session.invoke(first.target, call, public=True, deadline_s=first.deadline_s)
        except Fault as fault:  # every other fault is judged where the answers are
            finding = describe.fault(fault, check.sentence, check.deadline_s)
            if finding.kind == "not-implemented":
                return _failed(check, task, finding.kind, finding.got, fault.traceback)
    return Outcome(Verdict.PASS, 1, 1)


def metal_problem(built: Built, op: str) -> tuple[str, str]:
    """Return why an op has nothing that could run on the GPU, as a kind and in words; twice empty if it may have.

    Only what the op needs counts: its own Metal file if there is one of its name, all of them otherwise.
    """
    if not built.metal:
        return "missing", f"there is no Metal file in the folder of kernels: {op} has no kernel for the GPU"
    own = {name: why for name, why in built.metal.items() if name.rpartition("/")[2] == f"{op}.metal"}
    problems = [why for why in (own or built.metal).values() if why]
    problems += [why for name, why in built.cpu_only.items() if op in name]
    return ("does-not-compile", "\n".join(problems)) if problems else ("", "")


def _failed(check: Builds, task: Task, kind: str, got: str, trace: tuple[str, ...] = ()) -> Outcome:
    message = Message(
        kind=kind,
        called=f"the build of {check.op}",
        expected=f"{check.op} compiles and can be imported",
        got=got,
        rerun=f"grader check {task.id}",
        traceback=trace,
    )
    return Outcome(Verdict.FAIL, 0, 1, message)


def switches(built: Built | None) -> tuple[str, ...]:
    """Return a note for staff for each line of the sources that may switch findings of the sanitizers off."""
    if built is None or built.folder is None:
        return ()
    notes = []
    for path in sorted(p for p in built.folder.rglob("*") if p.suffix in KINDS and p.is_file()):
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            match = sanitizer.SWITCHES.search(line)
            if match:
                name = path.relative_to(built.folder).as_posix()
                notes.append(f"may hide findings of the sanitizers: {name}:{number}: {match[0].decode()}")
    return tuple(notes[:MAX_NOTES])
