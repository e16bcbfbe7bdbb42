"""Week 2: a tiny vLLM. Data only; see `grader.course.model` for what the parts mean.

The two kernels come before the model that uses them, so that what a broken kernel spoils there is told as its
consequence. Reports and the console show tasks by day.
"""

from __future__ import annotations

from grader.course.model import Week
from grader.course.week2.day1 import T21
from grader.course.week2.day2 import T22
from grader.course.week2.day3 import T23
from grader.course.week2.day4 import T24
from grader.course.week2.day5 import T25
from grader.course.week2.day6 import T26
from grader.course.week2.day7 import T27

WEEK = Week(
    2,
    "A tiny vLLM",
    {
        1: "KV cache",
        2: "Quantized matmul",
        3: "Quantized matmul on the GPU",
        4: "Flash attention",
        5: "Flash attention on the GPU",
        6: "Batched model",
        7: "Continuous batching",
    },
    (T22, T24, T21, T26, T27, T23, T25),
    ops=("quantized_matmul", "flash_attention"),
)

__all__ = ["WEEK"]
