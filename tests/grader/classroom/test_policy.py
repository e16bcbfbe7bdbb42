"""What counts for a student: lateness, best or last, groups, caps, and what staff has to look at first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from handed_in import attempt, ungraded

from grader.class_result import Grade, Student
from grader.classroom import policy
from grader.classroom.policy_rules import Extension, Policy
from grader.result import Verdict

UTC = timezone.utc
DUE = datetime(2026, 11, 24, 22, 59, tzinfo=UTC)
ADA = Student("s1", "Ada", section="A")
TEN_PERCENT = Policy(deadline=DUE, penalty_per_day=10, penalty_in_percent=True)


def _at(**after) -> str:
    return (DUE + timedelta(**after)).isoformat()


def _figures(grade: Grade) -> tuple:
    number = grade.counted.number if grade.counted else None
    return number, grade.points, grade.extra, grade.penalty, grade.total


@pytest.mark.parametrize(
    ("after", "late"),
    [
        ({}, 0),
        ({"seconds": -1}, 0),
        ({"seconds": 1}, 1),
        ({"microseconds": 1}, 1),
        ({"days": 1}, 1),
        ({"days": 1, "seconds": 1}, 2),
        ({"days": 40}, 40),
    ],
)
def test_begun_days_count_from_the_deadline_on(after, late):
    """Exactly at the deadline is on time, a second later a day late."""
    grade = policy.apply(ADA, [attempt(1, _at(**after))], TEN_PERCENT)
    assert grade.counted.days_late == late
    assert grade.total == max(80 - 8 * late, 0)


def test_grace_moves_the_end_of_every_day():
    """Within it nothing is late, and a day late stays one day late."""
    rules = replace(TEN_PERCENT, grace_minutes=15)
    late = [
        rules.days_late(DUE + timedelta(days=d, minutes=15, seconds=s), DUE) for d in (0, 1) for s in (0, 1)
    ]
    assert late == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("due", "hours"),
    [("2026-10-24 12:00", 25), ("2026-03-28 12:00", 23), ("2026-06-01 12:00", 24)],
)
def test_a_day_of_lateness_ends_at_the_same_time_on_the_clock(due, hours):
    """On days on which clocks are changed it has 25 or 23 hours."""
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime.fromisoformat(due).replace(tzinfo=berlin).astimezone(UTC)
    rules = Policy(deadline=start, zone=berlin)
    ends = [rules.days_late(start + timedelta(hours=hours, seconds=s), start) for s in (0, 1)]
    assert ends == [1, 2]


def test_free_days_come_first_then_each_day_costs_a_share_of_what_was_earned():
    """3 days late, 2 of them free, 10 % of 85 points."""
    rules = replace(TEN_PERCENT, free_days=2)
    grade = policy.apply(ADA, [attempt(1, _at(days=3), 80, 5)], rules)
    assert _figures(grade) == (1, 80, 5, 8.5, 76.5)
    assert grade.reasons == ("3 days late, 2 of them free: 1 x 10 % of 85 points, 8.5 points off",)


def test_a_free_day_that_was_used_before_is_gone():
    """One of two was used in an earlier week."""
    rules = replace(TEN_PERCENT, free_days=2, used_days=(("s1", 1), ("s2", 9)))
    grade = policy.apply(ADA, [attempt(1, _at(days=2))], rules)
    assert _figures(grade) == (1, 80, 0, 8, 72)


def test_days_that_are_all_free_are_said_and_cost_nothing():
    """The student sees that the day was charged."""
    grade = policy.apply(ADA, [attempt(1, _at(days=1))], replace(TEN_PERCENT, free_days=1))
    assert (grade.total, grade.penalty) == (80, 0)
    assert grade.reasons == ("1 day late, 1 of them free: nothing is taken off",)


def test_a_penalty_in_points_never_takes_more_than_there_is():
    """3 days at 30 points take 80 of 80."""
    grade = policy.apply(ADA, [attempt(1, _at(days=3))], Policy(deadline=DUE, penalty_per_day=30))
    assert _figures(grade) == (1, 80, 0, 80, 0)
    assert grade.reasons == ("3 days late: 3 x 30 points, 80 points off",)


def test_beyond_the_last_day_it_counts_0():
    """More than max_days, however much was free."""
    rules = replace(TEN_PERCENT, free_days=9, max_days=2)
    grades = [policy.apply(ADA, [attempt(1, _at(days=d))], rules) for d in (2, 3)]
    assert [_figures(g) for g in grades] == [(1, 80, 0, 0, 80), (1, 80, 0, 80, 0)]
    assert grades[1].reasons == ("3 days late, more than 2: it counts 0",)


def test_beyond_the_last_day_it_can_be_refused():
    """Then an earlier attempt counts although the last one should."""
    rules = replace(TEN_PERCENT, max_days=2, beyond="refused", count="last")
    both = [attempt(1, _at(days=-1), 50), attempt(2, _at(days=3), 90)]
    assert _figures(policy.apply(ADA, both, rules)) == (1, 50, 0, 0, 50)
    late = policy.apply(ADA, both[1:], rules)
    assert (_figures(late), late.pending) == ((None, 0, 0, 0, 0), "")
    assert late.reasons == ("it is 3 days late, more than 2: not counted",)


def test_the_best_counts_after_its_penalty():
    """90 a day late are 81 and more than 80; 88 are 79.2 and less."""
    for points, chosen in ((90, (2, 90, 0, 9, 81)), (88, (1, 80, 0, 0, 80))):
        both = [attempt(1, _at(days=-1), 80), attempt(2, _at(days=1), points)]
        assert _figures(policy.apply(ADA, both, TEN_PERCENT)) == chosen


def test_of_equals_the_earlier_counts_and_a_result_before_none():
    """Equal totals take the one that cost less time; a broken archive never hides a graded 0."""
    equal = [attempt(1, _at(hours=-2), 80), attempt(2, _at(hours=-1), 80)]
    assert policy.apply(ADA, equal, TEN_PERCENT).counted.number == 1
    zeros = [ungraded(1, _at(hours=-2), fault="submission"), attempt(2, _at(hours=-1), 0)]
    assert policy.apply(ADA, zeros, TEN_PERCENT).counted.number == 2


def test_the_last_counts_if_the_course_says_so():
    """Even if it is worse, late or broken."""
    rules = replace(TEN_PERCENT, count="last")
    both = [attempt(1, _at(days=-1), 80), attempt(2, _at(days=1), 50)]
    assert _figures(policy.apply(ADA, both, rules)) == (2, 50, 0, 5, 45)
    broken = policy.apply(ADA, [*both, ungraded(3, _at(days=2), fault="submission")], rules)
    assert _figures(broken) == (3, 0, 0, 0, 0)
    assert broken.reasons == ("the last counts: attempt 3", "it counts 0: it is broken")


def test_extra_points_are_capped():
    """12 extra points count 10."""
    grade = policy.apply(ADA, [attempt(1, "", 80, 12)], Policy(extra_cap=10))
    assert _figures(grade) == (1, 80, 10, 0, 90)
    assert grade.reasons[1:] == ("12 points beyond the core, of which 10 count",)


def test_attempts_beyond_the_days_limit_are_graded_and_not_counted():
    """Days are those of the course: 23:30 and 00:30 in Vienna are two."""
    rules = Policy(zone=ZoneInfo("Europe/Vienna"), per_day=1)
    times = ("2026-11-23T21:00:00Z", "2026-11-23T22:30:00Z", "2026-11-23T23:30:00Z", "")
    grade = policy.apply(ADA, [attempt(n, at, 10 * n) for n, at in enumerate(times, 1)], rules)
    assert {a.number: a.over_limit for a in grade.attempts} == {1: False, 2: True, 3: False, 4: False}
    assert "attempt 2 came after the day's 1 allowed: graded, not counted" in grade.reasons
    assert [a.number for a in grade.attempts] == [4, 1, 2, 3]
    over = policy.apply(ADA, [attempt(n, at, 50 * n) for n, at in enumerate(times[:2], 1)], rules)
    assert over.counted.number == 1


def test_the_latest_extension_that_holds_for_a_student_counts():
    """Student, section or group; nobody else's."""
    rules = replace(
        TEN_PERCENT,
        extensions=(
            Extension("section", "A", DUE + timedelta(days=2)),
            Extension("student", "s1", DUE + timedelta(days=1)),
            Extension("student", "s2", DUE + timedelta(days=9)),
        ),
    )
    grade = policy.apply(ADA, [attempt(1, _at(days=3))], rules)
    assert (grade.counted.days_late, grade.reasons[0]) == (1, "a later deadline: 2026-11-26 22:59 (UTC)")
    assert policy.apply(Student("s9"), [attempt(1, _at(days=3))], rules).counted.days_late == 3


def test_a_group_gets_one_attempt_and_each_member_pays_its_days():
    """The choice is made on equal terms: who has used the free day pays for it."""
    rules = replace(TEN_PERCENT, free_days=1, used_days=(("s2", 1),))
    both = [attempt(1, _at(days=-1), 80), attempt(1, _at(days=1), 88, student="s2")]
    first, second = (policy.apply(Student(i, group="red"), both, rules) for i in ("s1", "s2"))
    assert (_figures(first), _figures(second)) == ((1, 88, 0, 0, 88), (1, 88, 0, 8.8, 79.2))
    assert first.counted.student == second.counted.student == "s2"
    assert first.reasons[0] == "the best counts: attempt 1 of s2"
    alone = policy.apply(Student("s3", group="red"), both[:1], rules)
    assert alone.reasons == ("handed in by s1 of the same group",)


def test_an_attempt_without_a_time_is_on_time_and_says_so():
    """Neither nothing nor nonsense is a time."""
    for at in ("", "yesterday", "0001-01-01T00:00:00Z"):
        grade = policy.apply(ADA, [attempt(1, at)], TEN_PERCENT)
        assert (grade.total, grade.reasons) == (80, ("nothing says when it was handed in: on time",))


def test_a_fault_of_the_grader_is_never_a_zero():
    """Nothing counts, and staff has to look; with another attempt at hand that one counts meanwhile."""
    alone = policy.apply(ADA, [ungraded(1, _at(), fault="grader", problem="the disk is full")], TEN_PERCENT)
    assert (alone.counted, alone.pending) == (None, "attempt 1 of s1 could not be graded: the disk is full")
    two = [attempt(1, _at(days=-1)), ungraded(2, _at(), fault="grader")]
    for count in ("best", "last"):
        grade = policy.apply(ADA, two, replace(TEN_PERCENT, count=count))
        assert (grade.total, grade.pending) == (80, "attempt 2 of s1 could not be graded: it is broken")
    superseded = policy.apply(
        ADA, [ungraded(1, _at(days=-2), fault="grader"), two[0]], replace(TEN_PERCENT, count="last")
    )
    assert superseded.pending == ""


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.INCONCLUSIVE])
def test_what_could_not_be_judged_keeps_its_points_and_waits_for_staff(verdict):
    """The result's own figure counts until somebody has looked."""
    grade = policy.apply(ADA, [attempt(1, _at(), held=100.0, verdict=verdict)], TEN_PERCENT)
    assert grade.total == 100
    said = f"attempt 1 of s1 has core checks that could not be judged: 1.1.1 values {verdict.value}"
    assert grade.pending == said


def test_only_what_may_still_change_the_grade_is_waited_for():
    """An unjudged check of an attempt that could not overtake the counted one is nobody's concern."""
    counted = attempt(1, _at(hours=-2), 100)
    stays = attempt(2, _at(hours=-1), held=0.0, verdict=Verdict.ERROR)
    assert policy.apply(ADA, [counted, stays], TEN_PERCENT).pending == ""
    overtakes = policy.apply(ADA, [attempt(1, _at(hours=-2), 99), stays], TEN_PERCENT)
    assert overtakes.pending.startswith("attempt 2 of s1 has core checks that could not be judged")
    cut = policy.apply(ADA, [attempt(1, _at(), complete=False)], TEN_PERCENT)
    assert cut.pending == "the run of attempt 1 of s1 was cut off"


def test_who_handed_in_nothing_has_an_empty_grade():
    """No attempt, no points, no reason."""
    assert policy.apply(ADA, [], TEN_PERCENT) == Grade(ADA)
