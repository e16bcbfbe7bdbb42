"""Live progress over a class: which stage, how many are done, how long it will take. Silent without a terminal."""

from __future__ import annotations

from types import TracebackType

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from grader.classroom.grading import Watcher
from grader.classroom.work import Done
from grader.cli.interrupt import Interrupted
from grader.cli.terminal import console

WORDS = {"numbers": "grading", "speed": "measuring speed, one at a time"}


class Watch(Watcher):
    """A context manager; str() says what is kept at this moment, and so does a command that is interrupted."""

    def __init__(self) -> None:
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("{task.fields[problems]}", markup=False, style="red"),
            console=console(stderr=True),
        )
        self._task: TaskID | None = None
        self._stage = ""
        self._done, self._total, self._problems = 0, 0, 0

    def __enter__(self) -> Watch:
        if self._bar.console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar.live.is_started:
            self._bar.stop()
        if isinstance(error, Interrupted):
            error.sentence = f"interrupted; {self}, and the same command goes on from there"

    def __str__(self) -> str:
        if not self._stage:
            return "nothing was graded before"
        what = "results" if self._stage == "numbers" else "measurements"
        return f"{self._done} of {self._total} {what} are kept"

    def reading(self, read: int, total: int) -> None:
        """So many submissions have been read."""
        self._show("reading", read, total)

    def start(self, stage: str, known: int, total: int) -> None:
        """A stage begins."""
        self._stage, self._done, self._total = stage, known, total
        self._task = None
        self._show(WORDS[stage], known, total)

    def done(self, stage: str, done: Done) -> None:
        """One more result is kept."""
        self._done += 1
        self._problems += bool(done.problem)
        self._show(WORDS[stage], self._done, self._total)

    def comparing(self) -> None:
        """Submissions are compared with each other."""
        self._task = None
        self._show("comparing", 0, 1)

    def _show(self, what: str, done: int, total: int) -> None:
        problems = f"{self._problems} without a result" if self._problems else ""
        if self._task is None:
            self._task = self._bar.add_task(what, total=total, completed=done, problems=problems)
        self._bar.update(self._task, description=what, completed=done, total=total, problems=problems)
