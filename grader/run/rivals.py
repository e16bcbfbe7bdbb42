"""The reference as a rival: a submission given as a path, copied and built once, with fresh workers for every gate.

Knows nothing about what is raced.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from grader import paths
from grader.errors import GraderError
from grader.worker.build import build
from grader.worker.client import WorkerSpec, Zygote
from grader.worker.submission import find, snapshot
from grader.worker.timing import TimedWorker

MEMORY_BYTES = 4 << 30


class NoRival(Exception):
    """There is no reference to race against: says why."""


class Rivals:
    """Workers of the reference. A context manager: its copy of the reference ends with it.

    Args:
        zygote: forks the workers.
        ops: C++ ops to build.
        path: where the reference lies; by default as `grader.paths.reference` says.
        place: where its copy goes; None: where the system has temporary folders.
    """

    def __init__(
        self,
        zygote: Zygote | None,
        ops: tuple[str, ...] = (),
        path: Path | None = None,
        place: Path | None = None,
    ) -> None:
        self.zygote, self._ops = zygote, ops
        self.counts: dict[
            tuple[str, str, int], dict[str, float]
        ] = {}  # of its Metal kernels: target, check, case
        self._path, self._place = path, place
        self._stack = ExitStack()
        self._spec: WorkerSpec | None = None
        self._problem = ""

    def __enter__(self) -> Rivals:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def worker(self, core: int | None, environment: dict[str, str], device: str = "cpu") -> TimedWorker:
        """Return a fresh worker that has imported the reference, with MLX's default device "cpu" or "gpu".

        Raises:
            NoRival: there is none, or it does not import.
        """
        worker = TimedWorker(replace(self.spec(), device=device), self.zygote)
        worker.start()
        worker.prepare(environment, core)
        imported = worker.load()
        if not imported.ok:
            worker.stop()
            problem = next(iter(imported.failures.values()), None)
            raise NoRival(f"the reference does not import: {problem}")
        return worker

    def spec(self) -> WorkerSpec:
        """Return how the reference is run; copies and builds it when it is first asked for.

        Raises:
            NoRival: there is none, or it cannot be built.
        """
        if self._spec is None and not self._problem:
            try:
                self._spec = self._prepare(self._path or paths.reference())
            except GraderError as error:
                self._problem = f"there is no reference to race against: {error}"
        if self._spec is None:
            raise NoRival(self._problem)
        return self._spec

    def _prepare(self, path: Path) -> WorkerSpec:
        folder = Path(
            self._stack.enter_context(
                tempfile.TemporaryDirectory(prefix="grader-reference-", dir=self._place)
            )
        )
        folder.chmod(0o755)
        copy = snapshot(find(path), folder / "snapshot")
        built = build(copy, self._ops, folder / "built", paths.builds()) if self._ops else None
        if built is not None and built.missing:
            op, why = next(iter(built.missing.items()))
            self._problem = f"there is no reference to race against: its {op} {why}"
            return self._fail()
        return WorkerSpec(
            copy.package_dir, copy.package_name, copy.root, memory_bytes=MEMORY_BYTES, built=built
        )

    def _fail(self) -> WorkerSpec:
        raise NoRival(self._problem)
