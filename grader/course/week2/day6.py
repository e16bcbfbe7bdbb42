"""Day 6: a batch of requests in one model. Data only."""

from __future__ import annotations

from grader.course.model import Task, Unavailable
from grader.course.week2.names import NOT_YET

T26 = Task(
    "2.6",
    "Batched model",
    6,
    "kv_cache.BatchingKvCache",
    needs=("2.1",),
    blanks=("kv_cache.BatchingKvCache",),
    checks=(Unavailable("graded", "this task is graded", reason=NOT_YET),),
)
