"""Every week that can be graded."""

from __future__ import annotations

from grader.course.week1 import WEEK as WEEK1
from grader.course.week2 import WEEK as WEEK2

WEEKS = (WEEK1, WEEK2)
