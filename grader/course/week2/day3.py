"""Day 3: quantized matmul on the GPU. Data only."""

from __future__ import annotations

from grader.course.model import Task, Unavailable
from grader.course.week2.names import METAL

T23 = Task(
    "2.3",
    "Quantized matmul on the GPU",
    3,
    "quantize.quantized_matmul",
    needs=("2.2",),
    checks=(Unavailable("graded", "this task is graded", reason=METAL),),
)
