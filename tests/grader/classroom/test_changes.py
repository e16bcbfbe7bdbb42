"""What changes between two runs is said by student, by task, and with the reason."""

from __future__ import annotations

from made_results import check, result, task

from grader.class_result import Attempt, ClassResult, Grade, Student
from grader.classroom import changes
from grader.result import Result, Verdict


def run(*totals: tuple[str, Result | None, float], reasons: tuple[str, ...] = ()) -> ClassResult:
    grades = []
    for student, made, total in totals:
        attempt = Attempt(student, 1, f"{student}.zip", result=made)
        grades.append(
            Grade(Student(student), (attempt,), attempt, points=total, total=total, reasons=reasons)
        )
    return ClassResult("0001", "Week 1", 1, grades=tuple(grades))


GOOD = result(task("1.1", check("values"), check("axis")))
BAD = result(task("1.1", check("values"), check("axis", Verdict.FAIL, hint="the axis is ignored")))


def test_the_same_run_changes_nothing():
    """Nobody gains or loses, and nobody is listed."""
    assert changes.between(run(("a", GOOD, 10)), run(("a", GOOD, 10))) == ()


def test_a_loss_names_task_check_and_hint():
    """Who loses stands first, with what the check says now."""
    found = changes.between(run(("a", BAD, 5), ("b", GOOD, 10)), run(("a", GOOD, 10), ("b", BAD, 5)))
    assert [(c.student, c.gain) for c in found] == [("b", -5), ("a", 5)]
    (lost,) = found[0].tasks
    assert (lost.task, lost.before, lost.after, lost.points) == ("1.1", Verdict.PASS, Verdict.FAIL, -5)
    assert lost.reasons == ("axis: PASS, now FAIL (the axis is ignored)",)
    assert found[1].tasks[0].reasons == ("axis: FAIL, now PASS (was: the axis is ignored)",)


def test_a_verdict_that_changes_without_points_is_listed():
    """SKIPPED in place of FAIL costs nothing and is said all the same."""
    other = result(task("1.1", check("values"), check("axis", Verdict.SKIPPED)))
    (change,) = changes.between(run(("a", BAD, 5)), run(("a", other, 5)))
    assert (change.gain, change.tasks[0].reasons) == (
        0,
        ("axis: FAIL, now SKIPPED (2 of 6 elements are wrong)",),
    )


def test_rules_and_attempts_are_reasons():
    """A penalty that comes or goes, another attempt that counts, and somebody who is new."""
    before, after = run(("a", GOOD, 10)), run(("a", GOOD, 9), ("b", None, 0), reasons=("1 day late",))
    found = {c.student: c.reasons for c in changes.between(before, after)}
    assert found == {
        "a": ("1 day late",),
        "b": ("is not in the roster of the other run", "has an attempt that counts", "1 day late"),
    }


def test_scores_of_one_submission_are_compared_by_check():
    """The same submission twice: each check that differs, in words."""
    old, new = GOOD.to_json(), BAD.to_json()
    assert (changes.score(old), changes.score(new)) == ("10 + 0", "5 + 0")
    assert changes.differing(old, new) == ["1.1 axis: PASS, then FAIL"]
    assert changes.differing(old, old) == []
