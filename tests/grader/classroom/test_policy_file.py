"""The file with a course's rules: what it means, and which sentence each mistake in it gets."""

from __future__ import annotations

from datetime import datetime, timezone
from textwrap import dedent

import pytest

from grader.class_result import Student
from grader.classroom import policy, policy_file
from grader.classroom.policy_rules import Extension, Policy
from grader.errors import UsageError

UTC = timezone.utc


def _read(tmp_path, text) -> Policy:
    path = tmp_path / "policy.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return policy.read(path)


def test_the_file_in_the_docstring_means_what_it_says(tmp_path):
    """Every key is read; local times become UTC by the zone's own calendar."""
    found = _read(tmp_path, dedent("\n".join(policy_file.__doc__.splitlines()[2:])))
    assert (found.deadline, str(found.zone)) == (datetime(2026, 11, 24, 22, 59, tzinfo=UTC), "Europe/Vienna")
    assert found == Policy(
        deadline=datetime(2026, 11, 24, 22, 59, tzinfo=UTC),
        zone=found.zone,
        grace_minutes=15,
        free_days=2,
        used_days=(("s017", 1),),
        penalty_per_day=10,
        penalty_in_percent=True,
        max_days=5,
        beyond="zero",
        count="best",
        per_day=5,
        extra_cap=10,
        extensions=(Extension("section", "B", datetime(2026, 11, 26, 22, 59, tzinfo=UTC)),),
    )


def test_without_a_file_or_with_an_empty_one_nothing_changes(tmp_path):
    """No rule is the default of every rule."""
    assert policy.read(None) == _read(tmp_path, "") == Policy()


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("deadline = 2026-11-24T23:59:00+01:00", datetime(2026, 11, 24, 22, 59, tzinfo=UTC)),
        ('deadline = "2026-11-24T23:59:00Z"', datetime(2026, 11, 24, 23, 59, tzinfo=UTC)),
        ('timezone = "Asia/Kolkata"\ndeadline = 2026-11-24', datetime(2026, 11, 24, 18, 30, tzinfo=UTC)),
        ('timezone = "Asia/Kolkata"\ndeadline = "2026-11-24"', datetime(2026, 11, 24, 18, 30, tzinfo=UTC)),
        (
            'timezone = "America/New_York"\ndeadline = "2026-07-01 12:00"',
            datetime(2026, 7, 1, 16, tzinfo=UTC),
        ),
        # clocks show 02:30 twice, and then not at all: the later reading, in the student's favour
        (
            'timezone = "Europe/Berlin"\ndeadline = 2026-10-25T02:30:00',
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        ),
        (
            'timezone = "Europe/Berlin"\ndeadline = 2026-03-29T02:30:00',
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),
    ],
)
def test_a_deadline_is_one_moment_however_it_is_written(tmp_path, line, moment):
    """With an offset, with a zone, as a date alone, and where clocks are changed."""
    assert _read(tmp_path, line).deadline == moment


ZONED = 'timezone = "Europe/Vienna"\ndeadline = 2026-11-24T23:59:00\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("dedline = 2026-11-24", "there is no 'dedline'; did you mean deadline?"),
        ("free_days = 2", "there is no 'free_days' at the top; it belongs into [late]"),
        ("[late]\nfree_day = 2", "[late] has no 'free_day'; did you mean free_days?"),
        ("[extra]\nzzz = 2", "[extra] has no 'zzz'; known are cap"),
        ("late = 3", "late is 3; it has to be a table: [late]"),
        (
            "deadline = 2026-11-24T23:59:00",
            'deadline is 2026-11-24 23:59:00, of no zone; add timezone = "Europe/Vienna" or an offset',
        ),
        (
            'timezone = "Europe/Wien"',
            "timezone is 'Europe/Wien'; it has to be the name of a zone, as \"Europe/Vienna\"",
        ),
        (
            'timezone = "../../etc/passwd"',
            "timezone is '../../etc/passwd'; it has to be the name of a zone, as \"Europe/Vienna\"",
        ),
        (
            "deadline = 12:00:00",
            "deadline is '12:00:00'; it has to be a date and a time, as \"2026-11-24 23:59\"",
        ),
        (
            'deadline = "tomorrow"',
            "deadline is 'tomorrow'; it has to be a date and a time, as \"2026-11-24 23:59\"",
        ),
        ("grace_minutes = 5", "grace_minutes says something about lateness, but there is no deadline"),
        ("[late]\nfree_days = 1", "late says something about lateness, but there is no deadline"),
        (ZONED + "grace_minutes = nan", "grace_minutes is nan; it has to be a number from 0 to 1,440"),
        (ZONED + "grace_minutes = -1", "grace_minutes is -1; it has to be from 0 to 1,440"),
        (
            ZONED + "[late]\nfree_days = 1.5",
            "late.free_days is 1.5; it has to be a whole number from 0 to 366",
        ),
        (
            ZONED + "[late]\nmax_days = true",
            "late.max_days is True; it has to be a whole number from 0 to 366",
        ),
        (
            ZONED + '[late]\npenalty_per_day = "110 %"',
            "late.penalty_per_day is '110 %'; it has to be points, as 5, or a percentage, as \"10 %\"",
        ),
        (ZONED + '[late]\nbeyond = "never"', "late.beyond is 'never'; it has to be 'zero' or 'refused'"),
        (
            ZONED + "[late.used]\na.b = 1",
            "late.used.a is a table; an id with a dot has to stand in quotation marks",
        ),
        (ZONED + "[late.used]\ns1 = -1", "late.used.s1 is -1; it has to be a whole number from 0 to 366"),
        ("[attempts]\nper_day = 0", "attempts.per_day is 0; it has to be a whole number from 1 to 1000"),
        ('[attempts]\ncount = "worst"', "attempts.count is 'worst'; it has to be 'best' or 'last'"),
        ("[extra]\ncap = -1", "extra.cap is -1; it has to be from 0 to 1,000,000"),
        (
            ZONED + '[[extension]]\nstudent = "s1"\nsection = "B"\ndays = 1',
            "an extension is for student = 's1' and section = 'B'; "
            "it has to name one student, section or group in quotes",
        ),
        (
            ZONED + "[[extension]]\nstudent = 17\ndays = 1",
            "an extension is for student = 17; it has to name one student, section or group in quotes",
        ),
        (
            ZONED + '[[extension]]\nstudent = "s1"',
            "the extension of student 's1' has to have either days or a deadline",
        ),
        (
            ZONED + '[[extension]]\nsection = "B"\ndeadline = 2026-11-20',
            "the extension of section 'B' ends 2026-11-21 00:00:00+01:00 before the deadline, "
            "2026-11-24 23:59:00+01:00",
        ),
    ],
)
def test_a_mistake_gets_one_sentence_with_the_value_and_what_it_may_be(tmp_path, text, sentence):
    """Nothing that means nothing is passed over."""
    with pytest.raises(UsageError) as caught:
        _read(tmp_path, text)
    assert str(caught.value) == f"the policy {tmp_path / 'policy.toml'}: {sentence}"


@pytest.mark.parametrize(
    ("content", "part"), [(b"\xff\xfe", "is not UTF-8: byte 0"), (b"deadline = ", "is not TOML: ")]
)
def test_a_file_that_is_no_toml_gets_one_sentence(tmp_path, content, part):
    """Neither bytes nor syntax end in a traceback."""
    with pytest.raises(UsageError, match=part):
        _read(tmp_path, content)


def test_a_missing_file_gets_one_sentence(tmp_path):
    """The path is named."""
    with pytest.raises(UsageError, match=r"none\.toml: No such file"):
        policy.read(tmp_path / "none.toml")


def test_the_rules_in_sentences_name_no_student(tmp_path):
    """Every rule is said once, and a report without names can say them."""
    found = _read(
        tmp_path,
        """
        timezone = "Europe/Vienna"
        deadline = 2026-11-24T23:59:00
        grace_minutes = 15
        late = { free_days = 2, used = { s017 = 1 }, penalty_per_day = 2.5, max_days = 1, beyond = "refused" }
        attempts = { count = "last", per_day = 1 }
        extra.cap = 7.5
        extension = [
            { student = "s017", days = 2 }, { student = "s018", days = 3 }, { group = "red", days = 1 },
            { section = "B", days = 2 },
        ]
        """,
    )
    assert policy.sentences(found) == (
        "The deadline is 2026-11-24 23:59 (Europe/Vienna), with 15 minutes of grace.",
        "Section B has until 2026-11-26 23:59 (Europe/Vienna).",
        "1 group has a later deadline.",
        "2 students have a later deadline.",
        "Each student has 2 days of lateness free; begun days count.",
        "Each further late day takes off 2.5 points.",
        "What is more than 1 day late is not counted.",
        "What nothing tells the time of is on time.",
        "The last attempt counts.",
        "Of each day the first attempt can count.",
        "At most 7.5 extra points count.",
        "Members of a group share their submissions; the same attempt counts for all of them, "
        "and its late days are charged to each.",
        "Where the grader could not judge, no points are lost, and staff look first.",
    )
    assert policy.deadline(found) == "2026-11-24T22:59:00+00:00"


def test_without_rules_the_sentences_say_so():
    """The defaults are said, too."""
    assert policy.sentences(Policy()) == (
        "There is no deadline.",
        "The best attempt counts, after its penalty.",
        "Members of a group share their submissions; the same attempt counts for all of them.",
        "Where the grader could not judge, no points are lost, and staff look first.",
    )
    assert policy.deadline(Policy()) == ""


def test_names_that_the_roster_does_not_have_are_told(tmp_path):
    """A typing mistake in an id would silently take an extension away."""
    found = _read(
        tmp_path,
        ZONED + '[late.used]\ns1 = 1\ns9 = 1\n[[extension]]\nsection = "C"\ndays = 1\n'
        '[[extension]]\nstudent = "s1"\ndays = 1\n[[extension]]\nstudent = "s9"\ndays = 1\n',
    )
    assert policy.strangers(found, [Student("s1", section="B"), Student("C")]) == (
        "the policy names the section 'C', which is not in the roster",
        "the policy names the student 's9', who is not in the roster",
    )
