"""Runs calls in a worker whose kernels were built with AddressSanitizer and UndefinedBehaviorSanitizer.

A finding is a failure that names the line, even if the numbers are right; numbers are not judged here. The build
happens when the first such check runs, optimised little and for this machine's instruction set only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from grader import paths
from grader.course.model import Call, Case, Sanitized
from grader.errors import CannotJudge
from grader.run.findings import Finding
from grader.run.session import Checkpoints, Session
from grader.worker import sanitizer
from grader.worker.build import Built, build_folder
from grader.worker.build_modules import preload, source_lines
from grader.worker.build_units import KINDS
from grader.worker.faults import Fault

EXPECTED = "every read and write stays within its array, and nothing is undefined"
SLOWER = 20.0  # than the same call without sanitizers
MEMORY_BYTES = 8 << 30
START_S = 60.0


@dataclass(frozen=True)
class Watched:
    """A session with sanitizers, and the submission's sources by name."""

    session: Session
    files: frozenset[str] = frozenset()
    module: str = ""
    locate: sanitizer.Locate = lambda offsets: ()


@contextmanager
def opened(session: Session, folders: Checkpoints) -> Iterator[Watched]:
    """Give a session on the same submission with sanitized kernels; its workers end with the context.

    Raises:
        CannotJudge: the compiler has no sanitizers, or the kernels cannot be built.
    """
    built = session.built
    if built is None or built.folder is None or built.module is None:
        yield Watched(session)  # nothing to watch: the calls say what is missing
        return
    made = _sanitized(built, built.module.parent.parent / "built-sanitized", session.spec.unsafe)
    module = made.module
    assert module is not None
    spec = replace(
        session.spec,
        built=made,
        environment=(("LD_PRELOAD", " ".join(preload())), *sanitizer.OPTIONS),
        memory_bytes=MEMORY_BYTES,
        start_s=START_S,
        import_s=START_S,
    )
    files = frozenset(
        p.relative_to(built.folder).as_posix() for p in built.folder.rglob("*") if p.suffix in KINDS
    )
    with Session(spec, None, folders) as watched:
        yield Watched(watched, files, module.name, partial(source_lines, module, paths.builds()))


def one(check: Sanitized, call: Call, case: Case, watched: Watched) -> tuple[Finding | None, str]:
    """Make one call; return a finding of a sanitizer, and what the submission printed.

    Raises:
        Fault: what else the submission did in place of answering.
    """
    try:
        reply = watched.session.invoke(
            check.target, call, public=case.public, deadline_s=SLOWER * check.deadline_s
        )
    except Fault as fault:
        found = sanitizer.read(fault.printed, watched.files, watched.module, watched.locate)
        if found is None:
            raise
        return Finding("sanitizer", EXPECTED, found.text, neutral=found.neutral), ""
    return None, reply.printed


def _sanitized(built: Built, target: Path, unsafe: bool) -> Built:
    assert built.folder is not None
    if target.exists():  # by an earlier check of this run
        module = next(target.iterdir())
        return replace(built, module=module, sanitized=True)
    made = build_folder(built.folder, (), target, paths.builds(), sanitize=True, quick=True, unsafe=unsafe)
    if made.module is None:
        raise CannotJudge("the kernels compile, but not with sanitizers")
    return replace(made, missing=built.missing, messages=built.messages)
