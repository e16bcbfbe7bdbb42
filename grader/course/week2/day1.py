"""Day 1: KV cache, and the model that uses it. Data only."""

from __future__ import annotations

from grader.course.model import Task, Unavailable
from grader.course.week2.names import NOT_YET

T21 = Task(
    "2.1",
    "KV cache",
    1,
    "qwen2_week2.Qwen2ModelWeek2",
    needs=("2.2",),
    blanks=(
        "kv_cache.TinyKvFullCache",
        "qwen2_week2.Qwen2MultiHeadAttention",
        "qwen2_week2.Qwen2MLP",
        "qwen2_week2.Qwen2TransformerBlock",
        "qwen2_week2.Qwen2ModelWeek2",
        "generate.simple_generate_with_kv_cache",
    ),
    checks=(Unavailable("graded", "this task is graded", reason=NOT_YET),),
)
