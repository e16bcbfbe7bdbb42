"""Live progress on a terminal: which check runs, how many are done, what has failed. Silent where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from grader.course.model import Check, Task
from grader.result import CheckResult, Tier, Verdict


class Progress:
    """A bar over all checks; a context manager. `done` is the runner's listener."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._failed: list[str] = []
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[failed]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        total = sum(len(task.checks) for task in tasks)
        self._task = self._bar.add_task("starting", total=total, failed="")

    def __enter__(self) -> Progress:
        if self._bar.console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def done(self, task: Task, check: Check, result: CheckResult) -> None:
        """Show that a check is finished."""
        if result.verdict is Verdict.FAIL and result.tier is Tier.CORE and task.id not in self._failed:
            self._failed.append(task.id)
        failed = f"failing: {', '.join(self._failed)}" if self._failed else ""
        self._bar.update(self._task, advance=1, description=f"{task.id} {check.name}"[:36], failed=failed)
