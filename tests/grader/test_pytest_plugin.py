"""The pytest plugin: the course's checks as items, hidden tests with the `submission` fixture, nothing otherwise."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course.catalog import find_task

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
REFERENCE, STUDENT = ROOT / "reference", ROOT / "student"
MASK_CHECKS = find_task("1.3.2")[1].checks
MASK = "1.3.2 and not dtype"


@pytest.fixture(autouse=True)
def _plain(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without the project's own settings; the plugin is the installed one, of this checkout."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def run(pytester: pytest.Pytester, *arguments: object) -> pytest.RunResult:
    """Run pytest in a process of its own."""
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *map(str, arguments), timeout=120)


def test_the_checks_of_a_week_are_items_selected_by_name(pytester: pytest.Pytester) -> None:
    """`--week 1 -k mask --collect-only` names the checks of the mask, and needs no worker."""
    done = run(pytester, "--submission", REFERENCE, "--week", 1, "-k", "1.3.2", "--collect-only")
    names = re.findall(r"[0-9.]+-[a-z-]+", done.stdout.str())
    assert {n for n in names if n.startswith("1.")} == {f"1.3.2-{check.name}" for check in MASK_CHECKS}
    assert not (pytester.path / ".grader").exists()


def test_the_reference_passes_in_two_processes(pytester: pytest.Pytester) -> None:
    """`-n 2` spreads the checks over processes that have a worker each."""
    pytest.importorskip("xdist")
    done = run(pytester, "--submission", REFERENCE, "--week", "week1", "-k", "1.3.2", "-n", 2)
    done.assert_outcomes(passed=3)
    assert done.ret == 0


def test_a_failing_check_shows_the_five_lines_and_no_traceback(pytester: pytest.Pytester) -> None:
    """What the student reads is the same as in the terminal; no frame of the grader or of pytest is shown."""
    done = run(pytester, "--submission", STUDENT, "--week", 1, "--public", "-k", MASK)
    done.assert_outcomes(failed=2)
    text = done.stdout.str()
    for label in ("what      attention.causal_mask(", "expected  ", "got       not implemented: task 1.3.2"):
        assert label in text
    assert "rerun     grader check 1.3.2 --case 1" in text
    assert "Traceback" not in text
    assert "pytest_plugin.py" not in text
    assert "CheckFailed" not in text


def test_a_failure_that_follows_from_another_task_is_shown_as_failed(pytester: pytest.Pytester) -> None:
    """Items know nothing of each other: 1.5.1 needs 1.3.3, and still fails here instead of being skipped."""
    done = run(pytester, "--submission", STUDENT, "--week", 1, "--public", "-k", "1.5.1", "-x")
    done.assert_outcomes(failed=1)
    assert "not implemented" in done.stdout.str()


HIDDEN = """
import numpy as np

def test_rows_sum_to_one(submission):
    x = submission.array(np.arange(6.0).reshape(2, 3))
    y = submission.numbers(submission.call("basics.softmax", x, axis=-1))
    np.testing.assert_allclose(y.sum(-1), 1.0, rtol=1e-6)

def test_an_object_lives_in_the_worker(submission):
    table = submission.array(np.eye(4))
    layer = submission.construct("embedding.Embedding", 4, 4, table)
    y = submission.numbers(submission.call(layer, submission.array([2], "int32")))
    np.testing.assert_array_equal(y, [[0, 0, 1, 0]])

def test_a_fault_is_an_exception(submission):
    import pytest
    from grader.worker.faults import Fault
    with pytest.raises(Fault, match="no_such"):
        submission.call("basics.no_such")
"""


def test_hidden_tests_of_an_instructor_call_the_submission_in_its_sandbox(pytester: pytest.Pytester) -> None:
    """Plain test functions with the fixture: values, objects, faults; without --week no check is collected."""
    pytester.makepyfile(test_hidden=HIDDEN)
    done = run(pytester, "--submission", REFERENCE, "test_hidden.py")
    done.assert_outcomes(passed=3)


def test_hidden_tests_without_a_submission_are_skipped_with_the_reason(pytester: pytest.Pytester) -> None:
    """The instructor's file can lie in a suite that also runs without a submission."""
    pytester.makepyfile(test_hidden=HIDDEN)
    done = run(pytester, "test_hidden.py", "-rs")
    done.assert_outcomes(skipped=3)
    assert "needs --submission PATH" in done.stdout.str()


def test_a_run_of_a_week_leaves_other_tests_alone_unless_they_are_named(pytester: pytest.Pytester) -> None:
    """`pytest --week 1` in a project with tests of its own runs the checks; a path given adds to them."""
    pytester.makepyfile(test_own="def test_own():\n    assert True\n")
    selection = ("--submission", REFERENCE, "--week", 1, "--collect-only", "-k", "1.3.2 or own")
    assert "test_own" not in run(pytester, *selection).stdout.str()
    both = run(pytester, "test_own.py", *selection).stdout.str()
    assert "test_own" in both
    assert "1.3.2-" in both


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--submission", "nowhere"], "there is no folder nowhere"),
        (["--submission", str(REFERENCE), "--week", "7"], "there is no '7'; known are week1"),
        (["--week", "1"], "--week collects the checks of a submission: give --submission PATH too"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(
    pytester: pytest.Pytester, arguments: list[str], sentence: str
) -> None:
    """pytest's own usage error, exit code 4, before anything is collected."""
    done = run(pytester, *arguments)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {sentence}" in done.stderr.str()
    assert "Traceback" not in done.stderr.str()


def test_without_a_submission_pytest_is_unaffected(pytester: pytest.Pytester) -> None:
    """A plain run collects what it always did, and neither numpy nor torch nor the course is imported for it."""
    pytester.makepyfile(
        test_plain="""
        import sys

        def test_plain():
            heavy = {"numpy", "torch", "mlx", "sqlalchemy", "grader.course", "grader.worker"}
            assert not heavy & set(sys.modules)
        """
    )
    done = run(pytester)
    done.assert_outcomes(passed=1)


def test_the_plugin_costs_less_than_50_ms() -> None:
    """Its import's own processor time, pytest being there already: the best of three, not to judge the machine."""
    code = (
        "import time, pytest; started = time.process_time(); import grader.pytest_plugin; "
        "print(time.process_time() - started)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    times = [
        float(subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True).stdout)
        for _ in range(3)
    ]
    assert min(times) < 0.050
