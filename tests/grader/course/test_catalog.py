"""Finding a week or a task by what a user typed."""

from __future__ import annotations

import pytest

from grader.course.catalog import COURSE, find_task, find_week
from grader.errors import UsageError


@pytest.mark.parametrize("text", ["week1", "1", " Week1 ", "WEEK1"])
def test_a_week_is_found_by_name_or_number(text):
    """Case and blanks do not matter."""
    assert find_week(text) is COURSE.weeks[0]


def test_every_task_is_found_by_its_id():
    """With the week that it belongs to."""
    for week in COURSE.weeks:
        for task in week.tasks:
            assert find_task(f" {task.id}") == (week, task)


@pytest.mark.parametrize(
    ("find", "text", "named"),
    [
        (find_week, "weak1", "week1"),
        (find_week, "9", "known are week1"),
        (find_task, "1.3.4", "1.3.1"),
        (find_task, "softmax", "known are 1.1.1"),
    ],
)
def test_what_is_not_found_is_named_with_the_nearest(find, text, named):
    """The error is the user's, and says what there is."""
    with pytest.raises(UsageError) as raised:
        find(text)
    assert text in str(raised.value)
    assert named in str(raised.value)
    assert raised.value.exit_code == 2
