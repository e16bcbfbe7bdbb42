"""What the tests of the command line share: the command in this process, and one graded run to look at."""

from __future__ import annotations

import contextlib
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import QUICK, REFERENCE, Done, grader


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `grader submit week1 --task 1.3.2` has been run: `.grader` and `reports`."""
    folder = tmp_path_factory.mktemp("graded")
    done = grader("submit", "week1", "-s", REFERENCE, "-t", QUICK, "--student", "ada", cwd=folder)
    assert (done.code, done.err) == (0, "")
    return folder


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Done]]:
    """`grader` in an empty folder and in this process, which has imported already what takes long."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("GRADER_HOME", raising=False)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments: object) -> Done:
        from grader.cli import main

        monkeypatch.setattr(sys, "argv", ["grader", *map(str, arguments)])
        capfd.readouterr()
        with warnings.catch_warnings(), contextlib.ExitStack() as stack:
            end = stack.enter_context(pytest.raises(SystemExit))
            main()
        said = capfd.readouterr()
        code = end.value.code
        assert isinstance(code, int)
        return Done(code, said.out, said.err)

    yield run
    for number, handler in before.items():
        signal.signal(number, handler)
