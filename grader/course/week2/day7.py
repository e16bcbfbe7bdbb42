"""Day 7: continuous batching. Data only."""

from __future__ import annotations

from grader.course.model import Task, Unavailable
from grader.course.week2.names import NOT_YET

T27 = Task(
    "2.7",
    "Continuous batching",
    7,
    "batch.batch_generate",
    needs=("2.6",),
    blanks=(
        "batch.Request",
        "batch.batch_generate",
    ),
    checks=(Unavailable("graded", "this task is graded", reason=NOT_YET),),
)
