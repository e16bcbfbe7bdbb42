"""Live progress on a terminal: which check runs, how many are done, what has failed. Silent where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from grader.cli.terminal import console
from grader.result import CheckResult, Tier, Verdict

if TYPE_CHECKING:
    from grader.course.model import Check, Task

NAME_WIDTH = 36
NAMED_FAILURES = 3


class Progress:
    """A bar over all checks; a context manager. `done` is the runner's listener.

    Attributes:
        finished: how many checks are done; those of a run that is taken up again count from the start.
        total: how many checks there are.
    """

    def __init__(self, checks: Iterable[tuple[Task, Check]]) -> None:
        self._names = [f"{task.id} {check.name}"[:NAME_WIDTH] for task, check in checks]
        self._failed: list[str] = []
        self.finished, self.total = 0, len(self._names)
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[failed]}", markup=False, style="red"),
            console=console(stderr=True),
            transient=True,
        )
        width = max(map(len, self._names), default=0)
        self._task = self._bar.add_task("starting".ljust(width), total=self.total, failed="")
        self._width = width

    def __enter__(self) -> Progress:
        if self._bar.console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar.live.is_started:  # otherwise it would leave an empty line
            self._bar.stop()

    def running(self) -> None:
        """Show the check that runs now."""
        name = self._names[self.finished] if self.finished < self.total else "finishing"
        self._bar.update(
            self._task, completed=self.finished, description=name.ljust(self._width), failed=self._failing()
        )

    def done(self, task: Task, check: Check, result: CheckResult) -> None:
        """Count a finished check, and show the next one."""
        self.finished += 1
        if result.verdict is Verdict.FAIL and result.tier is Tier.CORE and task.id not in self._failed:
            self._failed.append(task.id)
        self.running()

    def _failing(self) -> str:
        more = f" and {len(self._failed) - NAMED_FAILURES} more" if len(self._failed) > NAMED_FAILURES else ""
        return f"failing: {', '.join(self._failed[:NAMED_FAILURES])}{more}" if self._failed else ""
