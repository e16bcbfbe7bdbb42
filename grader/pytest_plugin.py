"""A pytest plugin: the checks of the course as test items, and a `submission` fixture for hidden tests of one's own.

    pytest --submission PATH --week 1 -n 2 -k rope
    pytest --submission PATH my_hidden_tests.py

Without `--submission` it does nothing. Nothing heavy is imported before it is needed. Items know nothing of each
other: a check that fails because of another task is shown as failed here, where `grader submit` says SKIPPED.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.course.model import Check, Task, Week
    from grader.run.execute import Executor
    from grader.run.session import Session
    from grader.worker.client import Reply
    from grader.worker.wire import Array, Handle


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --submission, --week and --public."""
    group = parser.getgroup("grader", "grading a submission")
    group.addoption("--submission", type=Path, help="the folder to grade")
    group.addoption("--week", help="collect the checks of this week: 1 or week1")
    group.addoption("--public", action="store_true", help="public cases only")


def pytest_configure(config: pytest.Config) -> None:
    """Reject a submission that cannot be graded, with one sentence, before anything is collected."""
    from grader.errors import GraderError

    path = config.getoption("--submission")
    if path is None:
        if config.getoption("--week"):
            raise pytest.UsageError("--week collects the checks of a submission: give --submission PATH too")
        return
    from grader.course.catalog import find_week
    from grader.worker.submission import find

    try:
        find(path)
        if config.getoption("--week"):
            find_week(config.getoption("--week"))
    except GraderError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """With --week and no path of its own, the run consists of the week's checks alone."""
    if not config.getoption("--week"):
        return
    from grader.course.catalog import find_week

    if not _paths_given(config):
        items.clear()
    week = find_week(config.getoption("--week"))
    root = WeekCollector.from_parent(session, name=f"week{week.number}", nodeid=f"week{week.number}")
    root.week = week
    found = list(root.collect())
    keyword = config.getoption("keyword")
    if keyword:
        kept = [item for item in found if _selected(item, keyword)]
        config.hook.pytest_deselected(items=[item for item in found if item not in kept])
        found = kept
    items.extend(found)


def _paths_given(config: pytest.Config) -> bool:
    """Return whether the command line names files or folders to collect; values of options are none."""
    return config.args_source is pytest.Config.ArgsSource.ARGS


def _selected(item: CheckItem, keyword: str) -> bool:
    from _pytest.mark.expression import Expression

    text = f"{item.name} {item.owner.title} {item.check.sentence}".lower()
    return Expression.compile(keyword).evaluate(lambda name, /, **_: name.lower() in text)


class WeekCollector(pytest.Collector):
    """The node above a week's checks."""

    week: Week

    def collect(self) -> Iterator[CheckItem]:
        """Yield an item per check."""
        for task in self.week.tasks:
            for check in task.checks:
                item = CheckItem.from_parent(self, name=f"{task.id}-{check.name}")
                item.owner, item.check = task, check
                yield item


class CheckItem(pytest.Item):
    """One check of the course on the submission."""

    owner: Task
    check: Check

    def runtest(self) -> None:
        """Carry out the check.

        Raises:
            CheckFailed: the submission does not pass it.
        """
        from grader.result import Verdict

        outcome = _bench(self.config).executor.run(self.owner, self.check)
        if outcome.verdict is not Verdict.PASS:
            raise CheckFailed(outcome.message.text() if outcome.message else outcome.verdict.value)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the five lines that the student reads; a traceback only for a fault of the grader."""
        if isinstance(excinfo.value, CheckFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the check's sentence as the item's title."""
        return self.config.rootpath, None, f"{self.owner.id} {self.check.sentence}"


class CheckFailed(Exception):
    """A check that the submission does not pass; its text is the message."""


class _Workplace:
    """The worker and the oracles of one pytest process."""

    def __init__(self, config: pytest.Config) -> None:
        from grader.course.catalog import find_week
        from grader.run.built import prepare
        from grader.run.execute import Executor
        from grader.run.identity import secret_seed
        from grader.run.runner import Resources, worker_spec
        from grader.run.session import PUBLIC_SEED, Session
        from grader.worker.submission import find, snapshot

        public = config.getoption("--public")
        seed = PUBLIC_SEED if public else secret_seed(Path(".grader"))
        self._stack = ExitStack()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-submission-")))
        folder.chmod(0o755)
        copy = snapshot(find(config.getoption("--submission")), folder / "snapshot")
        resources = Resources.open(seed, self._stack)
        folders = resources.cache.folders
        week = find_week(config.getoption("--week") or "week1")
        built = prepare(copy, week, folder)
        spec = worker_spec(copy, folders.readable(), built=built)
        self.session: Session = self._stack.enter_context(Session(spec, resources.zygote, folders))
        rivals = resources.rivals(week.ops)
        self.executor: Executor = Executor(self.session, resources.cache, not public, rivals)

    def close(self) -> None:
        """End the worker and remove the copy."""
        self._stack.close()


_WORKPLACE = pytest.StashKey[_Workplace]()


def _bench(config: pytest.Config) -> _Workplace:
    if _WORKPLACE not in config.stash:
        config.stash[_WORKPLACE] = _Workplace(config)
    return config.stash[_WORKPLACE]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the worker."""
    if _WORKPLACE in config.stash:
        config.stash[_WORKPLACE].close()
        del config.stash[_WORKPLACE]


class Submission:
    """What a hidden test works with: calls on the submission, in its sandbox."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def call(self, target: str | Handle, *args: Any, deadline_s: float = 5.0, **by_name: Any) -> Any:
        """Call "basics.softmax", or an object that `construct` returned, and return its value as wire values.

        Raises:
            Fault: what the submission did in place of answering.
        """
        reply: Reply = self._session.worker().call(target, list(args), by_name, deadline_s=deadline_s)
        return reply.value

    def construct(self, target: str, *args: Any, **by_name: Any) -> Handle:
        """Call a class of the submission and keep the object in the worker."""
        handle: Handle = self._session.worker().call(target, list(args), by_name, as_handle=True).value
        return handle

    @staticmethod
    def array(values: Any, dtype: str = "float32") -> Array:
        """Return numbers as an argument of `call`, rounded to `dtype`."""
        from grader.course.arrays import make

        return make(values, dtype)

    @staticmethod
    def numbers(value: Array) -> Any:
        """Return what `call` returned as a numpy array."""
        from grader.course.arrays import numbers

        return numbers(value)


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> Iterator[Submission]:
    """The submission given with --submission, in a worker that is fresh for every test."""
    if request.config.getoption("--submission") is None:
        pytest.skip("needs --submission PATH")
    session = _bench(request.config).session
    yield Submission(session)
    session.renew()
