"""Day 2: quantized matmul on the CPU. Data only."""

from __future__ import annotations

from grader.course.model import Task, Unavailable
from grader.course.week2.names import NOT_YET

T22 = Task(
    "2.2",
    "Quantized matmul",
    2,
    "quantize.quantized_matmul",
    blanks=(
        "quantize.QuantizedWeights",
        "quantize.quantized_matmul",
        "quantize.quantized_linear",
    ),
    checks=(Unavailable("graded", "this task is graded", reason=NOT_YET),),
)
