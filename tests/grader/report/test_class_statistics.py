"""Figures about a class, checked against numbers that one can work out by hand."""

from __future__ import annotations

from datetime import date

import made_up
import pytest

from grader.class_result import Attempt, ClassResult, Grade, Student
from grader.report.class_statistics import (
    attempts_until_passed,
    bins,
    by_day,
    correlation,
    items,
    quartiles,
    scored,
)
from grader.result import Message, Result, TaskResult, Verdict

PASS, FAIL, SKIPPED, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.SKIPPED, Verdict.INCONCLUSIVE


def task(task_id: str, verdict: Verdict, points: float, most: float = 10, kind: str = "") -> TaskResult:
    message = Message(kind, "", "", "no GPU here") if kind else None
    check = made_up.check("values", made_up.Tier.CORE, verdict, most, message)
    return TaskResult(task_id, f"Task {task_id}", 1, verdict, points, most, 0, 0, (check,))


def run(*tasks: TaskResult) -> Result:
    return made_up.replace(made_up.week(), tasks=tasks)


def grade(student: str, *attempts: Attempt, counted: Attempt | None = None) -> Grade:
    last = counted or (attempts[-1] if attempts else None)
    points = last.result.points if last is not None and last.result is not None else 0.0
    return Grade(Student(student), attempts, last, points, 0.0, 0.0, points)


def once(student: str, *tasks: TaskResult) -> Grade:
    return grade(student, Attempt(student, 1, student, "", run(*tasks)))


def whole(*grades: Grade) -> ClassResult:
    return ClassResult("0001", "Week 1", 1, grades=grades, max_points=20)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([7.0], (7, 7, 7)),
        ([0.0, 10.0], (2.5, 5, 7.5)),
        ([1.0, 2.0, 3.0, 4.0, 5.0], (2, 3, 4)),
        ([4.0, 1.0, 3.0, 2.0], (1.75, 2.5, 3.25)),
    ],
)
def test_quartiles_are_interpolated_between_the_values(values, expected):
    """Lower quartile, median and upper quartile of a few numbers in any order."""
    assert quartiles(values) == expected


def test_quartiles_of_nothing_are_refused():
    """There is no median of no score."""
    with pytest.raises(ValueError, match="no value"):
        quartiles([])


def test_bins_hold_every_score_and_the_highest_lies_in_the_last():
    """0 and 4.9 share the first bin of five points, 5 begins the second, 100 does not begin a new one."""
    counts = bins([0, 4.9, 5, 99, 100, 101], 100, 5)
    assert (len(counts), counts[0], counts[1], counts[-1], sum(counts)) == (20, 2, 1, 3, 6)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([0, 0, 1, 1], [1, 2, 3, 4], 0.8944271909999159),  # 2 / sqrt(5)
        ([1, 0, 1, 0], [5, 5, 5, 5], None),
        ([1, 1, 1], [1, 2, 3], None),
        ([0, 1], [1, 2], None),
        ([0, 0.5, 1], [3, 2, 1], -1.0),
    ],
)
def test_correlation_is_pearsons_or_not_defined(first, second, expected):
    """Without variance in both, or with two pairs, nothing is said."""
    found = correlation(first, second)
    assert found == expected if expected is None else found == pytest.approx(expected)


def test_an_item_has_the_figures_that_one_works_out_by_hand():
    """Four students: pass rate of those who reached it, share of points lost, correlation with the rest only."""
    result = whole(
        once("a", task("1.1", PASS, 10), task("1.2", PASS, 10)),
        once("b", task("1.1", PASS, 10), task("1.2", FAIL, 4)),
        once("c", task("1.1", FAIL, 0), task("1.2", SKIPPED, 0)),
        once("d", task("1.1", FAIL, 5), task("1.2", FAIL, 0)),
    )
    first, second = items(result)
    assert (first.reached, first.pass_rate, first.fail_rate) == (4, 0.5, 0.5)
    assert first.difficulty == pytest.approx(1 - (1 + 1 + 0 + 0.5) / 4)
    # shares 1, 1, 0, 0.5 against the points of 1.2 alone: 10, 4, 0, 0
    assert first.discrimination == pytest.approx(5.25 / (0.6875 * 67.0) ** 0.5)
    assert (second.reached, second.pass_rate) == (3, 1 / 3)
    assert second.difficulty == pytest.approx(1 - (1 + 0.4) / 4)
    assert [second.verdicts[kind] for kind in (PASS, FAIL, SKIPPED)] == [1, 2, 1]


def test_what_was_not_judged_counts_neither_for_nor_against_a_task():
    """INCONCLUSIVE and what the machine lacks leave difficulty, rates and the rest of the score alone."""
    result = whole(
        once(
            "a",
            task("1.1", PASS, 10),
            task("1.2", INCONCLUSIVE, 10),
            task("1.3", SKIPPED, 0, kind="unavailable"),
        ),
        once("b", task("1.1", FAIL, 0), task("1.2", PASS, 10), task("1.3", SKIPPED, 0, kind="unavailable")),
    )
    _, second, third = items(result)
    assert (second.reached, second.pass_rate, second.difficulty) == (1, 1.0, 0.0)
    assert (third.reached, third.pass_rate, third.difficulty, third.discrimination) == (0, None, None, None)


def test_everybody_perfect_leaves_discrimination_undefined():
    """A task without variance discriminates nobody, which is not the same as 0."""
    found = items(whole(*(once(name, task("1.1", PASS, 10), task("1.2", PASS, 10)) for name in "abcd")))
    assert [(i.difficulty, i.discrimination, i.fail_rate) for i in found] == [(0, None, 0), (0, None, 0)]


def test_attempts_until_passed_counts_up_to_the_first_pass():
    """A later failure changes nothing; an attempt that nobody graded makes the number unknown."""
    failed, passed = run(task("1.1", FAIL, 0)), run(task("1.1", PASS, 10))
    third = grade(
        "a", *(Attempt("a", n, "", "", r) for n, r in enumerate((failed, failed, passed, failed), 1))
    )
    rejected = Attempt("a", 1, "", "", None, "no package in it", "submission")
    ungraded = Attempt("a", 1, "", "")
    after = Attempt("a", 2, "", "", passed)
    assert attempts_until_passed(third, "1.1") == 3
    assert attempts_until_passed(grade("a", rejected, after), "1.1") == 2
    assert attempts_until_passed(grade("a", ungraded, after), "1.1") is None
    assert attempts_until_passed(third, "1.2") is None
    assert items(whole(third, once("b", task("1.1", PASS, 10))))[0].attempts == 2.0


def test_scores_leave_out_who_handed_in_nothing_and_what_the_grader_failed_on():
    """A broken archive has 0 points; the grader's own failure and silence have none."""
    broken = Attempt("b", 1, "b.zip", "", None, "cut off", "submission")
    lost = Attempt("c", 1, "c", "", None, "the grader was killed", "grader")
    grades = (once("a", task("1.1", PASS, 10)), grade("b", broken), grade("c", lost), Grade(Student("d")))
    assert [g.student.id for g in scored(whole(*grades))] == ["a", "b"]


def test_days_show_the_best_score_so_far_with_zero_before_the_first():
    """Two students over three days, one day without a submission, one attempt that is worse than the one before."""

    def attempt(student: str, number: int, day: int, points: float) -> Attempt:
        time = f"2026-11-{day}T23:59:59Z"
        return Attempt(student, number, "", time, run(task("1.1", FAIL, points)))

    a = grade("a", attempt("a", 1, 20, 4), attempt("a", 2, 22, 10))
    b = grade("b", attempt("b", 1, 22, 8), attempt("b", 2, 22, 6))
    found = by_day(whole(a, b, Grade(Student("c"))))
    assert [(day.date, day.middle) for day in found] == [
        (date(2026, 11, 20), 2),
        (date(2026, 11, 21), 2),
        (date(2026, 11, 22), 9),
    ]
    assert (found[-1].low, found[-1].high) == (8.5, 9.5)


def test_one_day_or_no_times_are_no_progress():
    """A chart needs two days."""
    same = Attempt("a", 1, "", "2026-11-20T10:00:00Z", run(task("1.1", PASS, 10)))
    assert by_day(whole(grade("a", same))) == ()
    assert by_day(whole(once("a", task("1.1", PASS, 10)))) == ()
