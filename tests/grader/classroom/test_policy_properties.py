"""What holds for the rules of a course whatever the attempts are."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from handed_in import attempt, ungraded
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.class_result import Student
from grader.classroom import policy, policy_file
from grader.classroom.policy_rules import Extension, Policy
from grader.errors import UsageError

DUE = datetime(2026, 10, 24, 21, 59, tzinfo=timezone.utc)  # clocks in Berlin are changed in the night after
CAP = 10.0

times = st.integers(-3 * 86400, 9 * 86400).map(lambda s: (DUE + timedelta(seconds=s)).isoformat())
eighths = st.integers(0, 800).map(lambda n: n / 8)


@st.composite
def attempts(draw, least=0):
    """Return up to six attempts, some without time or result."""
    found = []
    for number in range(1, draw(st.integers(least, 6)) + 1):
        at = draw(st.one_of(times, st.just("")))
        kind = draw(st.sampled_from(("graded", "graded", "graded", "submission", "grader")))
        extra = draw(st.integers(0, 160)) / 8
        found.append(
            attempt(number, at, draw(eighths), extra)
            if kind == "graded"
            else ungraded(number, at, fault=kind)
        )
    return found


@st.composite
def policies(draw):
    """Return rules of every kind."""
    percent = draw(st.booleans())
    return Policy(
        deadline=draw(st.sampled_from((DUE, DUE, None))),
        zone=ZoneInfo(draw(st.sampled_from(("Europe/Berlin", "Asia/Kolkata", "UTC")))),
        grace_minutes=draw(st.sampled_from((0, 15))),
        free_days=draw(st.integers(0, 3)),
        used_days=(("s1", draw(st.integers(0, 2))),),
        penalty_per_day=draw(st.integers(0, 100)) / (1 if percent else 4),
        penalty_in_percent=percent,
        max_days=draw(st.one_of(st.none(), st.integers(0, 5))),
        beyond=draw(st.sampled_from(("zero", "refused"))),
        count=draw(st.sampled_from(("best", "last"))),
        per_day=draw(st.one_of(st.none(), st.integers(1, 2))),
        extra_cap=CAP,
        extensions=(Extension("section", "B", DUE + timedelta(days=2)),),
    )


students = st.builds(
    lambda section, group: Student("s1", section=section, group=group),
    st.sampled_from(("A", "B")),
    st.sampled_from(("", "red")),
)


@settings(deadline=None)
@given(students, attempts(), policies())
def test_a_total_is_what_is_left_and_never_less_than_nothing(student, handed_in, rules):
    """Between 0 and the core points plus the cap, and the sum of its parts."""
    grade = policy.apply(student, handed_in, rules)
    assert 0 <= grade.total <= grade.points + grade.extra <= 100 + CAP
    assert grade.extra <= CAP
    assert grade.penalty >= 0
    assert grade.total == pytest.approx(grade.points + grade.extra - grade.penalty)
    assert grade.counted is None or grade.counted in grade.attempts


@settings(deadline=None)
@given(students, st.data(), policies())
def test_the_order_in_which_attempts_arrive_changes_nothing(student, data, rules):
    """They are put in the order of time."""
    handed_in = data.draw(attempts())
    shuffled = data.draw(st.permutations(handed_in))
    assert policy.apply(student, shuffled, rules) == policy.apply(student, handed_in, rules)


@settings(deadline=None)
@given(st.sampled_from(("A", "B")), st.data(), policies())
def test_the_best_is_at_least_each_alone(section, data, rules):
    """Whoever is in no group loses nothing by a further attempt, but for the limit of a day."""
    student, rules = Student("s1", section=section), replace(rules, count="best", per_day=None)
    handed_in = data.draw(attempts(least=1))
    best = policy.apply(student, handed_in, rules).total
    assert best == max(policy.apply(student, [one], rules).total for one in handed_in)


@settings(deadline=None)
@given(students, eighths, st.tuples(times, times).map(sorted), policies())
def test_handing_the_same_in_later_never_pays(student, points, pair, rules):
    """The total falls, or stays, with the time."""
    earlier, later = (policy.apply(student, [attempt(1, at, points, 5)], rules).total for at in pair)
    assert earlier >= later


@settings(deadline=None)
@given(students, attempts(least=1), policies())
def test_a_fault_of_the_grader_always_waits_for_staff(student, handed_in, rules):
    """Whoever has nothing but such attempts that may count has no zero but a pending grade."""
    grade = policy.apply(student, handed_in, rules)
    refused = [
        a
        for a in grade.attempts
        if rules.beyond == "refused" and rules.max_days is not None and a.days_late > rules.max_days
    ]
    able = [a for a in grade.attempts if not a.over_limit and a not in refused]
    if able and all(a.fault == "grader" for a in able):
        assert grade.counted is None
        assert grade.pending


values = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-400, 400),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(
            ("Europe/Berlin", "Europe", "10 %", "2026-11-24 23:59", "0001-01-01", "best", "last")
        ),
        st.datetimes(),
        st.datetimes(timezones=st.just(timezone(timedelta(hours=14)))),
        st.sampled_from((date.min, date.max, date(2026, 11, 24), time(12))),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


RIGHT = {
    "": {"timezone": "Europe/Berlin", "deadline": DUE, "grace_minutes": 5},
    "late": {"free_days": 1, "used": {"s1": 1}, "penalty_per_day": "10 %", "max_days": 3, "beyond": "zero"},
    "attempts": {"count": "last", "per_day": 2},
    "extra": {"cap": 5},
    "extension": {"section": "B", "days": 2},
}
PLACES = [(part, key) for part, keys in policy_file.KEYS.items() for key in keys]


@st.composite
def files(draw):
    """Return what a right file says, with up to three places changed to anything or left out."""
    parts = {part: dict(keys) for part, keys in RIGHT.items()}
    for part, key in draw(st.lists(st.sampled_from(PLACES), max_size=3)):
        if part or key not in RIGHT:
            parts[part].pop(key, None)
        if draw(st.booleans()):
            parts[part][key] = draw(values)
    whole = {"late": parts["late"], "attempts": parts["attempts"], "extra": parts["extra"]}
    return {**whole, "extension": [parts["extension"]], **parts[""]}


@settings(deadline=None, max_examples=300)
@given(files(), attempts(), students)
def test_whatever_a_file_says_is_understood_or_refused_in_one_sentence(data, handed_in, student):
    """Any value that TOML can hold: either rules that grade, or a UsageError."""
    with suppress(UsageError):
        rules = policy_file._policy(data)
        assert policy.apply(student, handed_in, rules).total >= 0
        assert all(sentence.endswith(".") for sentence in policy.sentences(rules))
