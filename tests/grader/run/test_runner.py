"""Whole runs through real workers: faults stay where they happened, and a cut-off run is taken up again."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import pytest
from fake_submission import softmax

from grader.course.catalog import find_week
from grader.course.model import Task, Week
from grader.paths import ROOT
from grader.result import Tier, Verdict
from grader.run.runner import FATAL_CHECKS, Request, Resources, Runner
from grader.store import Store

RIGHT = """
import mlx.core as mx

def softmax(x, axis):
    return mx.softmax(x, axis=axis)
"""
ENDS = (
    RIGHT
    + """
import os

def silu(x, axis):
    os._exit(3)
"""
)


@pytest.fixture(scope="module")
def resources():
    """Return what runs share; the canary has tests of its own."""
    with ExitStack() as stack:
        made = Resources.open(5, stack)
        made.canary = "not flown"
        yield made


@pytest.fixture
def submit(tmp_path):
    """Return a function that writes a submission of one module and returns its folder."""

    def write(text):
        package = tmp_path / "work" / "student"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text("")
        (package / "basics.py").write_text(text)
        return package.parent

    return write


def week(*tasks):
    return Week(9, "W", {1: "D"}, tasks)


def one_task(*checks):
    return week(Task("9.1", "T", 1, "basics.softmax", checks))


def silu(name, **changes):
    return softmax(name=name, target="basics.silu", **changes)


def facts(result):
    return [(c.name, c.verdict, c.points) for t in result.tasks for c in t.checks]


def test_the_reference_passes_a_task_through_the_students_door(resources):
    """Every point, every check told to the listener in order, and nothing of other tasks."""
    heard = []
    request = Request(find_week("1"), ROOT / "reference", tasks=("1.1.1",), seed=5)
    result = Runner(resources).grade(request, lambda t, c, r: heard.append((t.id, c.name, r)))
    task = find_week("1").task("1.1.1")
    assert [(t, n) for t, n, _ in heard] == [("1.1.1", c.name) for c in task.checks]
    assert result.tasks[0].checks == tuple(r for _, _, r in heard)
    assert (result.points, result.extra_points) == (task.max_points, task.max_extra_points)
    assert (result.exit_code, result.selected, result.complete) == (0, ("1.1.1",), True)


def test_a_fault_costs_no_other_check_its_result(resources, submit):
    """A worker that ends in one check is replaced before the next."""
    checks = (softmax(name="before"), silu("ends"), softmax(name="after"))
    result = Runner(resources).grade(Request(one_task(*checks), submit(ENDS)))
    assert facts(result) == [
        ("before", Verdict.PASS, 2.0),
        ("ends", Verdict.FAIL, 0.0),
        ("after", Verdict.PASS, 2.0),
    ]
    assert result.tasks[0].checks[1].message.kind == "exit"


def test_a_task_that_ends_too_many_workers_is_given_up(resources, submit):
    """After three such checks the others are not run; the next task is."""
    checks = [silu(f"ends-{i}") for i in range(FATAL_CHECKS + 2)]
    tasks = (
        Task("9.1", "T", 1, "basics.silu", tuple(checks)),
        Task("9.2", "U", 1, "basics.softmax", (softmax(),)),
    )
    result = Runner(resources).grade(Request(week(*tasks), submit(ENDS)))
    given_up = [c.message.got.startswith("not run: 3 workers") for c in result.tasks[0].checks]
    assert given_up == [False] * FATAL_CHECKS + [True] * 2
    assert {c.verdict for c in result.tasks[0].checks} == {Verdict.FAIL}
    assert result.tasks[1].verdict is Verdict.PASS


def test_the_graders_own_mistake_is_recorded_and_costs_nothing(resources, submit, tmp_path):
    """ERROR with the points held, a traceback in the log, none of it in the message, exit code 4."""
    log = tmp_path / "errors.log"
    checks = (softmax(name="broken", oracle="basics.no_such_oracle"), softmax(name="after"))
    result = Runner(resources, log=log).grade(Request(one_task(*checks), submit(RIGHT)))
    assert facts(result) == [("broken", Verdict.ERROR, 2.0), ("after", Verdict.PASS, 2.0)]
    assert (result.exit_code, result.tasks[0].verdict) == (4, Verdict.ERROR)
    assert log.read_text().startswith("9.1 broken\nTraceback")
    assert "no_such_oracle" in log.read_text()
    assert "no_such_oracle" not in result.tasks[0].checks[0].message.text()


def test_consequences_are_skipped_in_a_run(resources, submit):
    """The task that needs a failing one is SKIPPED with a reason, and earns no point for it."""
    first = Task("9.1", "T", 1, "basics.silu", (silu("silu"),))
    second = Task("9.2", "U", 1, "basics.silu", (softmax(name="fine"), silu("consequence")), needs=("9.1",))
    result = Runner(resources).grade(Request(week(first, second), submit(RIGHT)))
    assert [t.verdict for t in result.tasks] == [Verdict.FAIL, Verdict.SKIPPED]
    assert result.tasks[1].points == 2.0
    assert result.tasks[1].reason.startswith("needs 9.1")


def test_one_case_runs_its_check_alone(resources, submit):
    """The number is the task's; extra checks and hidden cases stay out."""
    checks = (softmax(name="first"), softmax(name="second", tier=Tier.EDGE))
    result = Runner(resources).grade(Request(one_task(*checks), submit(RIGHT), only_case=4))
    assert [(c.name, c.cases_total) for c in result.tasks[0].checks] == [("second", 1)]


def test_a_module_that_does_not_import_is_noted(resources, submit):
    """With file and line, once."""
    folder = submit(RIGHT)
    (folder / "student" / "sampler.py").write_text("def broken(:\n")
    result = Runner(resources).grade(Request(one_task(softmax()), folder))
    assert result.points == 2.0
    assert [n for n in result.notes if "sampler" in n and "SyntaxError" in n] == list(result.notes)


class _Cut(Exception):
    """Ends a run from outside, as Ctrl-C does."""


def test_a_cut_off_run_is_taken_up_where_it_stopped(resources, submit, tmp_path):
    """Finished checks are taken over as they were, the others run, and the run keeps its id."""
    checks = tuple(softmax(name=f"check-{i}") for i in range(4))
    request = Request(one_task(*checks), submit(RIGHT), seed=5)
    first, heard = [], []

    def cut(task, check, result):
        first.append(result)
        if len(first) == 2:
            raise _Cut

    with Store.open(tmp_path / "home") as store:
        runner = Runner(resources, store)
        with pytest.raises(_Cut):
            runner.grade(request, cut)
        cut_off = store.history()[0].run_id
        result = runner.grade(request, lambda t, c, r: heard.append(r))
        again = runner.grade(request)
    assert result.run_id == cut_off != again.run_id
    taken = [replace(c, seconds=round(c.seconds, 4), cpu_s=round(c.cpu_s, 4)) for c in first]
    assert heard[:2] == taken  # with the seconds of the first time: they were not run again
    assert [c.verdict for c in result.tasks[0].checks] == [Verdict.PASS] * 4
    assert (result.points, result.complete) == (8.0, True)
    assert [p.run_id for p in again.progress] == [result.run_id]


def test_the_same_seed_gives_the_same_score(resources, submit):
    """Verdicts, points, cases and messages do not depend on the run."""
    checks = (softmax(name="right"), softmax(name="wrong", axis_names=("row", "column")))
    wrong = RIGHT.replace("axis=axis)", "axis=axis) * mx.where(x > 1, 1.5, 1)")

    def grade():
        result = Runner(resources).grade(Request(one_task(*checks), submit(wrong), seed=5))
        return [replace(c, seconds=0, cpu_s=0) for c in result.tasks[0].checks]

    assert grade() == grade()
