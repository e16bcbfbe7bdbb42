"""Judges whether a task's work is done as it has to be: what `Allowed` checks find, and what is for staff to read.

The submission's text is read in a process of its own, because a hostile text may exhaust Python's parser. Knows
sessions and messages; which names are forbidden is data of the course.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from grader.course.model import Allowed, Matches, Task
from grader.paths import ROOT, builds
from grader.policy.rules import Forbids, Found, to_json
from grader.result import Message, Verdict
from grader.run import describe
from grader.run.oracle_cache import OracleCache
from grader.run.outcome import Outcome
from grader.run.sabotage import Unproved, still_right
from grader.run.session import Session
from grader.worker.build import Built
from grader.worker.build_cache import Cache
from grader.worker.conversation import WorkerSpec
from grader.worker.faults import Fault

READING_S = 30
MAX_NOTES = 40
SUFFIXES = (".py", ".cpp", ".h", ".hpp", ".metal")
_READER = "import runpy, sys; sys.path.insert(0, sys.argv[1]); runpy.run_module('grader.policy', run_name='__main__')"


def refusals(task: Task) -> tuple[tuple[str, str], ...]:
    """Return what a worker has to refuse while a task's checks run: (dotted name, sentence) each."""
    names = task.forbids.refused if task.forbids is not None else ()
    return tuple((name, f"task {task.id} forbids {name.replace('mlx.core', 'mx', 1)}") for name in names)


def read(spec: WorkerSpec, target: str, op: str, forbids: Forbids) -> list[Found]:
    """Return what stands against a submission's text and its compiled objects.

    Args:
        spec: where snapshot and built kernels lie.
        target: the task's main target.
        op: the task's C++ op.
        forbids: what the task forbids.

    Returns:
        Certain findings first. If they cannot be read within the limits: one doubtful finding that says so.
    """
    request = {
        "files": {str(p.relative_to(spec.root)): _bytes(p) for p in _sources(spec.root)},
        "package": spec.package_name,
        "target": target,
        "op": op,
        "forbids": to_json(forbids),
        "objects": _objects(spec.built) if spec.built is not None else {},
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", _READER, str(ROOT)],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=READING_S,
            check=True,
            env={"PATH": os.environ.get("PATH", os.defpath)},
        )
        return sorted((Found(*found) for found in json.loads(done.stdout)), key=lambda f: not f.certain)
    except (subprocess.SubprocessError, ValueError) as error:
        why = f"could not be read: {type(error).__name__}"
        return [Found("the submission", 0, "", False, why)]


def _sources(root: Path) -> list[Path]:
    return sorted(p for p in root.rglob("*") if p.suffix in SUFFIXES and p.is_file())


def _bytes(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _objects(built: Built) -> dict[str, dict[str, object]]:
    """Return the objects of the submission's own sources; those of the toolchain are not in question."""
    if built.folder is None:
        return {}
    is_ours = built.module is not None and built.module.name.startswith("kernels.")
    cache = Cache(builds())
    found: dict[str, dict[str, object]] = {}
    for name, key in built.objects.items():
        source, entry = built.folder / name, cache.get(key, ".o")
        if source.is_file() and entry is not None and not (is_ours and "/" in name):
            binding = b"NB_MODULE" in source.read_bytes()
            found[name] = {"data": _bytes(entry), "binding": binding}
    return found


class Judge:
    """Judges one submission: reads its text once, and tries its kernels where a check asks for it.

    Args:
        session: calls on the submission.
        cache: what the calls have to answer.
        include_hidden: whether hidden cases may be tried.
    """

    def __init__(self, session: Session, cache: OracleCache, include_hidden: bool) -> None:
        self._session, self._cache, self._include_hidden = session, cache, include_hidden
        self._read: dict[str, list[Found]] = {}
        self._refused: tuple[tuple[str, str], ...] = ()
        self._unproved: list[str] = []

    def prepare(self, task: Task) -> None:
        """Let workers refuse what the task forbids, and nothing else."""
        refused = refusals(task)
        if refused != self._refused:
            self._session.forbid(refused)
            self._refused = refused

    def judge(self, check: Allowed, task: Task) -> Outcome:
        """Return FAIL with the reason, SKIPPED if there is no op that could be tried, or PASS."""
        certain = next((f for f in self._found(task) if f.certain), None)
        if certain is not None:
            called = f"{task.target}, read but not run"
            return _failed(_message(check, task, "forbidden", called, certain.text()))
        message = self._call(check, task)
        if message is not None:
            return _failed(message)
        built = self._session.built
        if built is None or check.op in built.missing:
            got = f"not tried: {check.op} is not built"
            return Outcome(Verdict.SKIPPED, 0, 1, _message(check, task, "missing", task.target, got))
        message = self._without(check, task)
        return Outcome(Verdict.PASS, 1, 1) if message is None else _failed(message)

    def _without(self, check: Allowed, task: Task) -> Message | None:
        """Switch the op off: what answers right all the same does not come from it."""
        try:
            found = still_right(task, check.op, self._session, self._cache, self._include_hidden)
        except Unproved as error:
            self._unproved.append(
                f"for staff: task {task.id}: whether the C++ op runs was not proved: {error}"
            )
            return None
        if found is None:
            return None
        probe, case = found
        call = self._cache.build(task.id, probe, case)
        called = (
            describe.call(probe.target, call, case) if case.public else describe.hidden(probe.target, case)
        )
        got = f"the right answer with the C++ op switched off, too: it does not come from {check.op}.cpp"
        if task.device == "gpu":
            got = (
                "the right answer with all Metal kernels switched off, too: it does not come from one of them"
            )
        return _message(check, task, "forbidden", called, got)

    def notes(self, tasks: Iterable[Task]) -> tuple[str, ...]:
        """Return what staff should look at, a line each: doubtful findings, and what could not be proved."""
        lines: dict[str, list[str]] = {}
        for task in tasks:
            for found in self._found(task) if task.forbids is not None else ():
                if not found.certain:
                    lines.setdefault(found.text(), []).append(task.id)
        told = [f"for staff: task {' and '.join(ids)}: {text}" for text, ids in lines.items()]
        return (*told[:MAX_NOTES], *self._unproved)

    def _found(self, task: Task) -> list[Found]:
        if task.forbids is None:
            return []
        if task.id not in self._read:
            op = next((c.op for c in task.checks if isinstance(c, Allowed)), "")
            self._read[task.id] = read(self._session.spec, task.target, op, task.forbids)
        return self._read[task.id]

    def _call(self, check: Allowed, task: Task) -> Message | None:
        """Call the target once, as a public case does: an answer of any kind is for other checks to judge."""
        probe = next((c for c in task.checks if isinstance(c, Matches) and c.target == task.target), None)
        if probe is None:
            return None
        case = next(iter(probe.cases(False)))
        call = self._cache.build(task.id, probe, case)
        try:
            self._session.invoke(probe.target, call, public=True, deadline_s=probe.deadline_s)
        except Fault as fault:
            finding = describe.fault(fault, check.sentence, probe.deadline_s)
            if finding.kind in ("not-implemented", "missing", "forbidden"):
                called = describe.call(probe.target, call, case)
                return _message(check, task, finding.kind, called, finding.got, fault.traceback)
        return None


def _failed(message: Message) -> Outcome:
    return Outcome(Verdict.FAIL, 0, 1, message)


def _message(
    check: Allowed, task: Task, kind: str, called: str, got: str, trace: tuple[str, ...] = ()
) -> Message:
    return Message(
        kind=kind,
        called=called,
        expected=check.sentence,
        got=got,
        rerun=f"grader check {task.id}",
        traceback=trace,
    )
