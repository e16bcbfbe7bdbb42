"""`python -m grader.cli.gradescope_run ROOT`: grade the submission that lies where Gradescope puts it.

Started by `run_autograder` in the folder that Gradescope calls `/autograder`. After every check `results.json` is
written anew, so that whatever ends the run leaves what was finished. A submission that cannot be graded, and a grader
that cannot judge, become a document with one sentence.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.cli import interrupt
from grader.errors import CannotJudge, GraderError, SubmissionRejected, UsageError

if TYPE_CHECKING:
    from grader.course.model import Check, Task, Week
    from grader.export.gradescope_zip import Settings
    from grader.result import CheckResult, Result

COULD_NOT_JUDGE = (
    "The grader could not judge this submission. That is no fault of the submission: please tell your instructor, who "
    "finds the reason in the output of the autograder and can run it again."
)


def main(arguments: list[str]) -> int:
    """Grade and leave `results/results.json`; what staff have to know goes to the terminal."""
    if len(arguments) != 1:
        print("usage: python -m grader.cli.gradescope_run ROOT", file=sys.stderr)
        return UsageError.exit_code
    interrupt.listen()
    root = Path(arguments[0])
    try:
        return _graded(root)
    except interrupt.Interrupted:
        interrupt.ignore()
        print("the run was ended from outside; results.json has what was finished", file=sys.stderr)
        return interrupt.EXIT_CODE
    except SubmissionRejected as error:
        _say(root, f"The submission cannot be graded: {error}")
        return error.exit_code
    except GraderError as error:
        print(f"grader: {error}", file=sys.stderr)
        _say(root, COULD_NOT_JUDGE)
        return error.exit_code
    except Exception:
        traceback.print_exc()
        _say(root, COULD_NOT_JUDGE)
        return CannotJudge.exit_code


def _say(root: Path, sentence: str) -> None:
    """Write a document without a result, unless some checks are finished: these are worth more."""
    from grader.export.gradescope import only_words, write_results

    path = root / "results" / "results.json"
    if not _has_tests(path):
        write_results(only_words(sentence.replace(str(root / "submission"), "the submission")), path)


def _has_tests(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_text("ascii"))["tests"])
    except (OSError, ValueError, KeyError):
        return False


def _graded(root: Path) -> int:
    from grader.worker.submission import find

    settings, submission = _settings(root), root / "submission"
    find(submission)  # before anything slow is imported

    from grader.course.catalog import find_week
    from grader.export.gradescope import results, write_results
    from grader.run.runner import Request, Resources, Runner

    week = find_week(str(settings.week))
    path = root / "results" / "results.json"

    def write(result: Result, planned: int = 0) -> None:
        document = results(
            result,
            planned=planned,
            visibility=settings.visibility,
            leaderboard=settings.leaderboard,
        )
        write_results(document, path)

    student = student_of(root / "submission_metadata.json")
    request = Request(week, submission, student, settings.tasks, settings.seed, unsafe=settings.unsafe)
    sofar = SoFar(week, request.selected, settings, student, write)
    with ExitStack() as stack:
        resources = Resources.open(settings.seed, stack)
        result = Runner(resources).grade(request, sofar.add)
    write(result)
    print(f"run {result.run_id}: {result.points} + {result.extra_points} points")
    return result.exit_code


def _settings(root: Path) -> Settings:
    from grader.export.gradescope_zip import SETTINGS, Settings

    path = root / "source" / SETTINGS
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    return Settings.from_json(data)


def student_of(metadata: Path) -> str:
    """Return who handed in, as `submission_metadata.json` says: the members' addresses, or names, or ids."""
    try:
        users = json.loads(metadata.read_text("utf-8"))["users"]
        found = [str(user.get("email") or user.get("name") or user.get("id") or "") for user in users]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "unknown"
    return ", ".join(name for name in found if name) or "unknown"


@dataclass
class SoFar:
    """The checks that are finished, written as a result whenever there is another one."""

    week: Week
    tasks: tuple[Task, ...]
    settings: Settings
    student: str
    write: Callable[[Result, int], None]
    started: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    checks: dict[tuple[str, str], CheckResult] = field(default_factory=dict)

    def add(self, task: Task, check: Check, result: CheckResult) -> None:
        """Take the result of a check."""
        self.checks[task.id, check.name] = result
        self.write(self._result(), sum(len(task.checks) for task in self.tasks))

    def _result(self) -> Result:
        from grader.run.identity import new_run_id
        from grader.store import JournalState, RunHeader, partial_result

        header = RunHeader(
            run_id=new_run_id(self.started),
            week=self.week.number,
            title=f"Week {self.week.number}: {self.week.title}",
            submission="submission",
            student=self.student,
            started_at=self.started.isoformat(timespec="milliseconds"),
            seed=self.settings.seed,
            hashes={},
            planned=tuple(_planned(task) for task in self.tasks),
            days=dict(self.week.days),
            selected=self.settings.tasks,
            unsafe=self.settings.unsafe,
        )
        return partial_result(JournalState(Path(), header, self.checks))


def _planned(task: Task) -> Any:
    from grader.store import PlannedTask

    names = tuple(check.name for check in task.checks)
    return PlannedTask(
        task.id, task.title, task.day, task.max_points, task.max_extra_points, names, task.needs
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
