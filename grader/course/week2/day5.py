"""Day 5: flash attention on the GPU. Data only."""

from __future__ import annotations

from grader.course.model import Task, Unavailable
from grader.course.week2.names import METAL

T25 = Task(
    "2.5",
    "Flash attention on the GPU",
    5,
    "attention.flash_attention",
    needs=("2.4",),
    checks=(Unavailable("graded", "this task is graded", reason=METAL),),
)
