"""Day 4: flash attention on the CPU. Data only."""

from __future__ import annotations

from grader.course.model import Task, Unavailable
from grader.course.week2.names import NOT_YET

T24 = Task(
    "2.4",
    "Flash attention",
    4,
    "attention.flash_attention",
    blanks=("attention.flash_attention",),
    checks=(Unavailable("graded", "this task is graded", reason=NOT_YET),),
)
