"""What a class keeps on disk: sources and results by content, and for each run a list of who got which result.

    submissions/<sha256>.zip   the sources of a submission, as they were graded
    results/<key>.json         what came of one submission: addressed by submission, course, environment, seed and what
                               was asked for, so that the same is never graded twice and no two graders can disagree
    runs/<number>.json         who handed in what, when, and the key of its result
    accepted                   the number of the run that counts
    policy.toml                the rules that make grades of results; applied when a report is made

Covered: the process may be killed between any two instructions, the machine may lose power: every file is written
aside, flushed and renamed, so it is whole or not there. Two commands at once on one folder: the second one waits or
is refused. Not covered: somebody who edits the files.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from grader.classroom.packed import Packed, from_zip, to_zip
from grader.classroom.work import Done
from grader.errors import CannotJudge, UsageError

SCHEMA = "grader-class/1"
RESULTS, SUBMISSIONS, RUNS, ACCEPTED, POLICY = "results", "submissions", "runs", "accepted", "policy.toml"


class ClassFolder:
    """A class's folder, which has to exist; `make` makes one."""

    def __init__(self, root: Path) -> None:
        if not (root / RUNS).is_dir():
            if not root.is_dir():
                raise UsageError(f"there is no class folder {root}; `grader class grade` makes one")
            raise UsageError(
                f"{root} is not a class folder: it has no {RUNS}/; `grader class grade` makes one"
            )
        self.root = root

    @classmethod
    def make(cls, root: Path) -> ClassFolder:
        """Make the folders and return what they are.

        Raises:
            UsageError: something else lies there.
            CannotJudge: it cannot be written.
        """
        try:
            if root.is_dir() and not (root / RUNS).is_dir() and any(root.iterdir()):
                raise UsageError(f"{root} is no class folder and not empty: give --out another one")
            for name in (RESULTS, SUBMISSIONS, RUNS):
                (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise UsageError(f"the class folder {root} is a file") from None
        except OSError as error:
            raise CannotJudge(f"the class folder {root} cannot be written: {_reason(error)}") from None
        return cls(root)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one command that writes.

        Raises:
            CannotJudge: another one holds it.
        """
        descriptor = os.open(self.root / RUNS, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotJudge(f"another command is working on {self.root} at this moment") from None
            except OSError:
                pass  # a file system without locks
            self._sweep()
            yield
        finally:
            os.close(descriptor)

    def _sweep(self) -> None:
        for name in (RESULTS, SUBMISSIONS, RUNS):
            for path in (self.root / name).glob(".*.part"):
                with suppress(OSError):
                    path.unlink()

    # ---- results ----

    def result(self, key: str) -> dict[str, Any] | None:
        """Return what came of a job, None if it is not known; a damaged file counts as not there."""
        try:
            data = json.loads((self.root / RESULTS / f"{key}.json").read_bytes())
        except (OSError, ValueError):
            return None
        return data if isinstance(data, dict) and data.get("schema") == SCHEMA else None

    def keep_result(self, done: Done) -> None:
        """Write what came of a job; it is on the disk when this returns.

        Raises:
            CannotJudge: it cannot be written; what was kept before is still there.
        """
        data = {"schema": SCHEMA, "result": done.result, "problem": done.problem, "fault": done.fault}
        times = {"grader_cpu_s": round(done.grader_cpu_s, 3), "seconds": round(done.seconds, 3)}
        self._write(f"{RESULTS}/{done.key}.json", json.dumps({**data, **times, "place": done.place}).encode())

    def forget_result(self, key: str) -> None:
        """Remove a result, so that the submission is graded once more."""
        (self.root / RESULTS / f"{key}.json").unlink(missing_ok=True)

    # ---- submissions ----

    def keep_submission(self, packed: Packed) -> None:
        """Write the sources of a submission, unless they are there."""
        name = f"{SUBMISSIONS}/{packed.sha256}.zip"
        if not (self.root / name).is_file():
            self._write(name, to_zip(packed))

    def submission(self, sha256: str) -> Packed:
        """Return the sources of a submission.

        Raises:
            CannotJudge: they are missing or damaged.
        """
        return from_zip(self.root / SUBMISSIONS / f"{sha256}.zip")

    # ---- runs ----

    def runs(self) -> list[str]:
        """Return the numbers of the runs, the first one first."""
        return sorted(p.stem for p in (self.root / RUNS).glob("*.json") if p.stem.isdecimal())

    def run(self, number: str) -> dict[str, Any]:
        """Return the list of a run.

        Raises:
            UsageError: there is no such run.
            CannotJudge: it is damaged.
        """
        known = self.runs()
        wanted = number.zfill(4)
        if wanted not in known:
            raise UsageError(
                f"there is no run {number} in {self.root}; there are {', '.join(known) or 'none'}"
            )
        path = self.root / RUNS / f"{wanted}.json"
        try:
            data: dict[str, Any] = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise CannotJudge(f"the run {path} is damaged: {error}") from None
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise CannotJudge(f"the run {path} is of another version: it has not the schema {SCHEMA}")
        return data

    def keep_run(self, number: str, data: Mapping[str, Any]) -> None:
        """Write the list of a run."""
        text = json.dumps({"schema": SCHEMA, **data}, indent=1, ensure_ascii=False)
        self._write(f"{RUNS}/{number}.json", text.encode("utf-8", "backslashreplace"))

    def next_number(self) -> str:
        """Return the number of a new run."""
        return f"{max(map(int, self.runs()), default=0) + 1:04}"

    def accepted(self) -> str:
        """Return the number of the run that counts; empty if none does."""
        try:
            return (self.root / ACCEPTED).read_text().strip()
        except OSError:
            return ""

    def accept(self, number: str) -> None:
        """Let a run count.

        Raises:
            UsageError: there is no such run.
        """
        self.run(number)
        self._write(ACCEPTED, number.zfill(4).encode())

    # ---- rules ----

    @property
    def policy(self) -> Path | None:
        """The kept rules, if there are any."""
        path = self.root / POLICY
        return path if path.is_file() else None

    def keep_policy(self, text: bytes) -> None:
        """Keep rules; grades follow them from the next report on."""
        self._write(POLICY, text)

    def _write(self, name: str, content: bytes) -> None:
        path = self.root / name
        draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with draft.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            raise CannotJudge(
                f"{path} cannot be written: {_reason(error)}; what was graded before is kept"
            ) from None


def key_of(parts: Mapping[str, Any]) -> str:
    """Return the address of a result: a hash of everything that decides about it."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    return error.strerror or type(error).__name__
