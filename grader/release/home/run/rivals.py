"""The reference as far as a student's package has it: what its Metal kernels move. There is nothing to race against."""

from __future__ import annotations

from pathlib import Path

from grader.release.public_cases import public_cases
from grader.worker.client import WorkerSpec, Zygote
from grader.worker.timing import TimedWorker

ABSENT = "the reference is not in this package: graded on submission only"


class NoRival(Exception):
    """There is no reference to race against: says why."""


class Rivals:
    """Counts of the reference's kernels. A context manager, as the grader's own is.

    Args:
        zygote: not needed.
        ops: not needed.
        path: not needed.
        place: not needed.
    """

    def __init__(
        self,
        zygote: Zygote | None,
        ops: tuple[str, ...] = (),
        path: Path | None = None,
        place: Path | None = None,
    ) -> None:
        self.zygote = zygote
        self.counts = public_cases().counts()

    def __enter__(self) -> Rivals:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def worker(self, core: int | None, environment: dict[str, str], device: str = "cpu") -> TimedWorker:
        """Raise: there is no worker.

        Raises:
            NoRival: always.
        """
        raise NoRival(ABSENT)

    def spec(self) -> WorkerSpec:
        """Raise: there is nothing to run.

        Raises:
            NoRival: always.
        """
        raise NoRival(ABSENT)
