"""Week 1: from matmul to text. Data only; see `grader.course.model` for what the parts mean.

Adding a check touches a day of this week, an oracle of ten lines and a mutant.
"""

from __future__ import annotations

from grader.course.model import Week
from grader.course.week1.day1 import T111, T112
from grader.course.week1.day2 import T121, T122
from grader.course.week1.day3 import T131, T132, T133
from grader.course.week1.day4 import T141, T142
from grader.course.week1.day5 import T151, T152, T153
from grader.course.week1.day6 import T16, T17

WEEK = Week(
    1,
    "From matmul to text",
    {
        1: "Attention",
        2: "Positions",
        3: "Grouped attention",
        4: "Norm and MLP",
        5: "The model",
        6: "Generation",
        7: "Sampling",
    },
    (T111, T112, T121, T122, T131, T132, T133, T141, T142, T151, T152, T153, T16, T17),
)

__all__ = ["WEEK"]
