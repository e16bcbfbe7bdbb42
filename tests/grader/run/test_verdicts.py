"""From outcomes to verdicts and points: consequences, held points, extra points and reasons."""

from __future__ import annotations

import itertools

import pytest
from fake_submission import softmax

from grader.course.model import Task, Unavailable, Week
from grader.result import Message, Tier, Verdict
from grader.run.execute import Outcome
from grader.run.verdicts import check_result, grader_error, not_run, task_result

PASS, FAIL, SKIPPED = Verdict.PASS, Verdict.FAIL, Verdict.SKIPPED
INCONCLUSIVE, ERROR = Verdict.INCONCLUSIVE, Verdict.ERROR
CORE = softmax(name="core", points=2.0)
SECOND = softmax(name="second", points=1.0)
EDGE = softmax(name="edge", points=0.5, tier=Tier.EDGE)
STYLE = softmax(name="style", points=0.0, tier=Tier.STYLE)
FIRST = Task("9.1", "First", 1, "a.f", (CORE,), blanks=("a.f",))
NEXT = Task("9.2", "Next", 1, "b.g", (CORE, SECOND, EDGE, STYLE), needs=("9.1",), blanks=("b.g",))
LAST = Task("9.3", "Last", 1, "b.g", (CORE,), needs=("9.1", "9.2"))
WEEK = Week(9, "W", {1: "D"}, (FIRST, NEXT, LAST))


def message(kind, got="x"):
    return Message(kind, "called", "expected", got)


def results(task, outcomes, tasks=None):
    """Return the results of a task's checks, one after the other."""
    found = []
    for check, outcome in zip(task.checks, outcomes, strict=True):
        found.append(check_result(WEEK, task, check, outcome, found, tasks or {}))
    return found


def verdict_of(outcome, tasks, task=NEXT):
    return check_result(WEEK, task, task.checks[0], outcome, [], tasks).verdict


def test_a_pass_earns_its_points():
    """And carries over what was counted and measured."""
    got = check_result(WEEK, FIRST, CORE, Outcome(PASS, 4, 4), [], {}, 1.5, 0.5)
    assert (got.verdict, got.points, got.max_points) == (PASS, 2.0, 2.0)
    assert (got.name, got.tier, got.cases_passed, got.cases_total) == ("core", Tier.CORE, 4, 4)
    assert (got.seconds, got.cpu_s, got.sentence) == (1.5, 0.5, CORE.sentence)


@pytest.mark.parametrize(
    ("verdict", "points"), [(PASS, 2.0), (FAIL, 0.0), (SKIPPED, 0.0), (INCONCLUSIVE, 2.0), (ERROR, 2.0)]
)
def test_what_is_not_the_submissions_fault_costs_nothing(verdict, points):
    """INCONCLUSIVE and ERROR hold the points."""
    assert check_result(WEEK, FIRST, CORE, Outcome(verdict), [], {}).points == points


@pytest.mark.parametrize("needed", [FAIL, SKIPPED])
def test_a_failure_behind_a_failing_task_is_skipped(needed):
    """It may come from there, so it is not called the submission's failure."""
    assert verdict_of(Outcome(FAIL, message=message("wrong-values")), {"9.1": needed}) is SKIPPED
    assert verdict_of(Outcome(FAIL, message=message("wrong-values")), {"9.1": PASS}) is FAIL
    assert verdict_of(Outcome(FAIL, message=message("wrong-values")), {}) is FAIL  # not graded in this run
    assert verdict_of(Outcome(PASS), {"9.1": needed}) is PASS


@pytest.mark.parametrize(
    ("got", "task", "verdict"),
    [
        ("not implemented: your work: task 9.2, see the course", NEXT, FAIL),  # its own blank
        ("not implemented: your work: task 9.1", NEXT, SKIPPED),  # the needed task's
        ("not implemented", NEXT, FAIL),  # names nobody
        ("not implemented: task 9.2", LAST, FAIL),  # the task whose skeleton holds its target
        ("not implemented: task 9.1", LAST, SKIPPED),
    ],
)
def test_what_a_task_leaves_unwritten_is_its_own_failure(got, task, verdict):
    """Whatever else is missing: the skeleton says whose blank was hit."""
    outcome = Outcome(FAIL, message=message("not-implemented", got))
    assert verdict_of(outcome, {"9.1": FAIL, "9.2": FAIL}, task) is verdict


def test_extra_points_need_every_core_check():
    """An edge check that passes beside a failing core check earns nothing."""
    for first, second in itertools.product((PASS, FAIL, INCONCLUSIVE, ERROR), repeat=2):
        found = results(NEXT, [Outcome(first), Outcome(second), Outcome(PASS), Outcome(PASS)])
        held = FAIL not in (first, second)
        assert [c.points for c in found[2:]] == [0.5 if held else 0.0, 0.0]
        assert found[2].verdict is PASS


@pytest.mark.parametrize(
    ("core", "verdict"),
    [
        ((PASS, PASS), PASS),
        ((PASS, FAIL), FAIL),
        ((FAIL, ERROR), FAIL),
        ((SKIPPED, FAIL), FAIL),
        ((SKIPPED, ERROR), SKIPPED),
        ((ERROR, INCONCLUSIVE), ERROR),
        ((PASS, INCONCLUSIVE), INCONCLUSIVE),
    ],
)
def test_a_task_passes_if_every_core_check_does(core, verdict):
    """Otherwise the gravest word stands; edge and style do not decide."""
    found = results(NEXT, [*(Outcome(v) for v in core), Outcome(FAIL), Outcome(FAIL)])
    got = task_result(NEXT, found, {})
    assert got.verdict is verdict
    assert (got.max_points, got.max_extra_points) == (3.0, 0.5)


def test_a_task_sums_core_and_extra_points_apart():
    """Points of core checks, extra points of edge checks, and everything it was given."""
    found = results(NEXT, [Outcome(PASS), Outcome(PASS), Outcome(PASS), Outcome(PASS)])
    got = task_result(NEXT, found, {"9.1": PASS})
    assert (got.points, got.extra_points) == (3.0, 0.5)
    assert (got.id, got.title, got.day, got.needs, got.reason) == ("9.2", "Next", 1, ("9.1",), "")
    assert got.checks == tuple(found)


def test_partial_points_are_kept():
    """One of two core checks earns its own points though the task fails."""
    got = task_result(NEXT, results(NEXT, [Outcome(PASS), Outcome(FAIL), Outcome(FAIL), Outcome(FAIL)]), {})
    assert (got.verdict, got.points) == (FAIL, 2.0)


def test_reasons_name_what_to_mend_first():
    """SKIPPED names the needed tasks that do not pass, ERROR and INCONCLUSIVE say that they cost nothing."""

    def reason(verdict, tasks, task=LAST):
        found = [check_result(WEEK, task, CORE, Outcome(verdict), [], {})]
        return task_result(task, found, tasks).reason

    assert (
        reason(SKIPPED, {"9.1": FAIL, "9.2": PASS}) == "needs 9.1, which does not pass yet; mend that first"
    )
    assert reason(SKIPPED, {"9.1": FAIL, "9.2": SKIPPED}) == (
        "needs 9.1 and 9.2, which do not pass yet; mend that first"
    )
    assert "costs no points" in reason(ERROR, {})
    assert "costs no points" in reason(INCONCLUSIVE, {})
    assert reason(FAIL, {}) == ""


def test_what_cannot_be_graded_here_is_skipped_with_its_reason():
    """No points to lose, and the reason is that of the check, not of a needed task."""
    check = Unavailable("graded", "s", reason="no such hardware")
    task = Task("9.4", "T", 1, "b.g", (check,), needs=("9.1",))
    found = check_result(WEEK, task, check, Outcome(SKIPPED), [], {"9.1": FAIL})
    got = task_result(task, [found], {"9.1": FAIL})
    assert (got.verdict, got.max_points, got.reason) == (SKIPPED, 0, "no such hardware")


def test_a_check_that_this_machine_cannot_carry_out_gives_the_task_its_reason():
    """The points stay open, and the reason is not that of a needed task."""
    outcome = Outcome(SKIPPED, 0, 1, message("unavailable", "no compiler for Metal"))
    found = check_result(WEEK, LAST, CORE, outcome, [], {"9.1": FAIL})
    got = task_result(LAST, [found], {"9.1": FAIL})
    assert (got.verdict, got.points, got.reason) == (SKIPPED, 0, "no compiler for Metal")


def test_an_error_of_the_grader_names_its_kind_and_place_alone():
    """Staff find the rest in the log; a student sees nothing of the grader's insides."""
    got = grader_error(CORE, KeyError("hidden number 4711"), "grader.log")
    assert (got.verdict, got.message.kind) == (ERROR, "grader-error")
    assert got.message.got == "the grader failed with KeyError; details for staff are in grader.log"


def test_what_is_not_run_says_why():
    """And keeps the finding that ended the task."""
    last = Outcome(FAIL, 1, 4, message("timeout", "no answer within 5 s"))
    got = not_run(last, 3)
    assert (got.verdict, got.cases_passed, got.cases_total, got.message.kind) == (FAIL, 0, 4, "timeout")
    assert got.message.got == "not run: 3 workers have ended in this task; the last one: no answer within 5 s"
