"""Ctrl-C and SIGTERM in the middle of a run: said in one sentence, shown in the history, taken up again."""

from __future__ import annotations

import re
import shutil
import signal
import time
from pathlib import Path

import pytest
from command_line import QUICK, REFERENCE, grader, lines, start

TASKS = ("-t", "1.1.1", "-t", "1.3.1", "-t", QUICK)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_kept_shown_as_cut_off_and_taken_up_again(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Exit code 130, one sentence with what is finished; the same command ends with one whole run."""
    mine = shutil.copytree(REFERENCE, tmp_path / "mine")
    command = ("submit", "week1", "-s", mine, *TASKS)
    process = start(*command, cwd=tmp_path, TMPDIR=str(tmp_path))
    while not any(lines(journal) >= 3 for journal in tmp_path.glob(".grader/runs/*.jsonl")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    said = re.fullmatch(
        r"grader: interrupted; (\d+) of (\d+) checks are finished and kept, "
        r"and the same command goes on from there\n",
        err,
    )
    assert said is not None, err
    shown = re.search(r"cut off \((\d+) of (\d+) checks\)", grader("history", cwd=tmp_path).out)
    assert shown is not None
    # a check may have been recorded and not yet counted when the signal came, never the other way round
    assert int(shown[1]) - int(said[1]) in (0, 1)
    assert shown[2] == said[2]
    assert list(tmp_path.glob("grader-run-*")) == []
    again = grader(*command, cwd=tmp_path)
    assert (again.code, again.err) == (0, "")
    history = grader("history", cwd=tmp_path).out
    assert (history.count("finished"), history.count("cut off")) == (1, 0)


def test_an_interrupt_before_the_first_check_says_so(tmp_path: Path) -> None:
    """While PyTorch is being imported there is nothing to keep, and there is still no traceback."""
    process = start("submit", "week1", "-s", REFERENCE, "-t", QUICK, cwd=tmp_path)
    while not (tmp_path / ".grader" / "secret-seed").exists() and not (tmp_path / "reports").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert re.fullmatch(r"grader: interrupted( before the first check was finished)?\n", err)
